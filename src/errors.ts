/** What the process says with its exit code. See docs/contracts.md, "Exit codes". */
export const ExitCode = { done: 0, attention: 1, usage: 2, failed: 3, locked: 75 } as const;

/** An expected fault: its message is one line for people and says what to do next. */
export class TimebackError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The tool was called wrongly (flags, settings, unknown email). Nothing was done. Exit 2. */
export class UsageError extends TimebackError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, ExitCode.usage, options);
  }
}

/** The work could not be done (file, network, database). What was committed is kept. Exit 3. */
export class WorkError extends TimebackError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, ExitCode.failed, options);
  }
}

/** What was about to be committed breaks a rule that always holds (docs/facts.md, "What is asserted"). Exit 3. */
export class UnsoundError extends WorkError {
  constructor(what: string) {
    super(
      `stopped, because this must never be: ${what}. Nothing of this step was kept. It is a fault of timeback, or a trigger or another program changes its tables: please report this line. timeback recompute makes all facts anew`,
    );
  }
}

/** Another run holds the lock. Exit 75. */
export class LockedError extends TimebackError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, ExitCode.locked, options);
  }
}

/** Told to stop between two transactions: what was committed is kept. Exit 130 after SIGINT, 143 otherwise. */
export class InterruptedError extends TimebackError {
  constructor(by: string) {
    super(`stopped by ${by}; what was committed is kept, a rerun continues`, by === "SIGINT" ? 130 : 143);
  }
}

/** What a fault says, whatever was thrown. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
