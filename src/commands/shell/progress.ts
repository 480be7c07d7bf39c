import { printable } from "../../domain/values/printable.js";
import type { Step } from "../../operations/invocation.js";
import type { Screen } from "./screen.js";

/** One line that changes on a terminal while work goes on; nothing elsewhere. */
export interface Progress {
  show(text: string): void;
  /** Takes the line away. Call it before anything else is written. */
  end(): void;
}

const silent: Progress = { show() {}, end() {} };

/** Opens the progress line, where stderr is a terminal; it ends with the time that has passed. */
export async function openProgress(screen: Screen): Promise<Progress> {
  if (screen.terminal === null) return silent;
  const { default: ora } = await import("ora");
  const started = Date.now();
  const passed = () => `(${clock((Date.now() - started) / 1000)})`;
  const spinner = ora({ stream: screen.terminal, discardStdin: false, suffixText: passed }).start();
  return {
    show(text) {
      spinner.text = printable(text);
    },
    end: () => void spinner.stop(),
  };
}

const SECONDS_PER_MINUTE = 60;

/** `1:05` for 65 seconds. */
const clock = (seconds: number): string =>
  `${Math.floor(seconds / SECONDS_PER_MINUTE)}:${String(Math.floor(seconds % SECONDS_PER_MINUTE)).padStart(2, "0")}`;

/** Records read, their rate and the time left, as one line, for work that began at `started`. */
export const stepText =
  (started: number) =>
  ({ doing, count, bytes = { done: 0, total: null } }: Step): string => {
    const seconds = (Date.now() - started) / 1000;
    const { done, total } = bytes;
    const rate = seconds > 0 ? Math.round(count / seconds) : 0;
    const start = `${doing}: ${count.toLocaleString("en-US")} records, ${rate.toLocaleString("en-US")}/s`;
    if (total === null || total === 0 || done === 0) return start;
    const left = (seconds * (total - done)) / done;
    return `${start}, ${Math.floor((100 * done) / total)} %, ${clock(left)} left`;
  };
