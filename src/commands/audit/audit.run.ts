import { nearest } from "../../domain/values/nearest.js";
import { ExitCode } from "../../errors.js";
import { type AuditedDraft, audit } from "../../operations/audit.js";
import { knownApps } from "../../store/reading/lookups.js";
import { findingsText, type Opened, open, operate } from "../shell/database.js";
import { failingVerdicts, isFailure } from "../shell/fail-on.js";
import { askedScope, hideInFault, hiding } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";
import { secondsSince } from "../shell/summary.js";
import type { AuditFlags } from "./flags.js";
import { printAudit, saysSums } from "./print.js";

const SUGGESTIONS = 3;
const RUN_DIGITS = 8;

/** Only an audit of everybody, with all of its findings, can be compared with another. */
const isStored = (email: string | undefined, { kind, app, from, to, save }: AuditFlags): boolean =>
  save && [email, kind, app, from, to].every((one) => one === undefined);

/** Audits and prints what was found. */
export async function runAudit(shell: Shell, email: string | undefined, flags: AuditFlags): Promise<void> {
  const started = Date.now();
  const asked = askedScope(flags, email);
  const { kind: kinds, app: apps } = flags;
  if (email === undefined) await shell.keepHeapSmall();
  const opened = open(shell, flags);
  const saveAs = isStored(email, flags) ? crypto.randomUUID() : null; // loads what it needs, which takes milliseconds
  const reach = email === undefined && saysSums(flags.format, null);
  const request = { ...asked, kinds, apps, saveAs, reach };
  const failing = failingVerdicts(flags.failOn);
  await operate(opened, flags, { command: "audit", text: findingsText }, async (store, invocation, progress) => {
    const hideIn = await hiding(store, flags);
    const read = async (draft: AuditedDraft) => {
      progress.end();
      await warnOfUnknownApps(apps, draft, opened);
      const reading = { ...opened, db: draft.db, scope: draft.scope, asked, hide: await hideIn(draft.db) };
      const line = await printAudit({ shell, flags, reading, draft, failing });
      if (isFailure(draft.verdicts, flags.failOn)) shell.exitWith(ExitCode.attention);
      const run = saveAs === null ? "" : `; run ${saveAs.slice(0, RUN_DIGITS)}`;
      if (flags.format !== "table" || flags.output !== undefined)
        opened.screen.note(`audit: ${line}${run}; ${secondsSince(started).toFixed(1)} s`);
    };
    await audit(store, request, invocation, read).catch(hideInFault(() => hideIn(store.db)));
  });
}

/** A gate whose app is misspelt would pass for ever. */
async function warnOfUnknownApps(
  asked: readonly string[] = [],
  { db }: AuditedDraft,
  { screen }: Opened,
): Promise<void> {
  if (asked.length === 0) return;
  const known = await knownApps(db);
  for (const app of asked.filter((name) => !known.includes(name)))
    screen.warn(`no fact comes from app ${app}; nearest: ${nearest(app, known, SUGGESTIONS).join(", ") || "none"}`);
}
