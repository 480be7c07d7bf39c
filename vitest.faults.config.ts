import { defineConfig } from "vitest/config";

/** The long form of test/faults: docs/RELIABILITY.md. */
export default defineConfig({
  test: {
    include: ["test/faults/**/*.test.ts", "test/audit/simulated-audit.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    env: { FAULT_FORM: process.env.FAULT_FORM ?? "long", TEST_POPULATIONS: "all" },
    testTimeout: 7_200_000,
    hookTimeout: 240_000,
  },
});
