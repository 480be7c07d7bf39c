#!/usr/bin/env node
const { load } = require("./load.js");

load("cli.js").main(process.argv);
