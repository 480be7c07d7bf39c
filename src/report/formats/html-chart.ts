import { htmlText } from "./html-text.js";

/** A segment of a bar, in values of the axis; the numbers are drawn, never printed. */
export interface BarPart {
  from: number;
  to: number;
  /** CSS class of its colour. */
  color: string;
}

/** One bar; `slot` is its number of time units after the first. */
export interface Bar {
  slot: number;
  /** Its first day. */
  day: string;
  /** Exact description, in words. */
  title: string;
  parts: readonly BarPart[];
}

/** The size of a drawing: a wide page and paper, or a phone. */
interface Frame {
  name: "wide" | "narrow";
  width: number;
  height: number;
  days: number;
}

const FRAMES: readonly Frame[] = [
  { name: "wide", width: 960, height: 280, days: 6 },
  { name: "narrow", width: 340, height: 220, days: 2 },
];
const LEFT = 52;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 26;
const WIDEST_BAR = 44;
const GAP = 0.2;
const STEPS = [1, 2, 2.5, 5, 10];

/** About four round values from the lowest to the highest, including 0. */
function ticks(bars: readonly Bar[]): number[] {
  const ends = bars.flatMap(({ parts }) => parts.flatMap(({ from, to }) => [from, to]));
  const [low, high] = ends.reduce(([a, b], end) => [Math.min(a, end), Math.max(b, end)], [0, 0]);
  const rough = Math.max(high - low, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((one) => one * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const count = Math.max(Math.ceil(high / step) - first, 1);
  return Array.from({ length: count + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

const px = (value: number): string => String(Math.round(value * 100) / 100);

function drawing(label: string, bars: readonly Bar[], frame: Frame): string {
  const { name, width, height, days } = frame;
  const marks = ticks(bars);
  const [low, high] = [marks[0] ?? 0, marks.at(-1) ?? 1];
  const y = (value: number) => TOP + ((high - value) / (high - low)) * (height - TOP - BOTTOM);
  const slots = (bars.at(-1)?.slot ?? 0) + 1;
  const slot = (width - LEFT - RIGHT) / slots;
  const thick = Math.max(Math.min(slot * (1 - GAP), WIDEST_BAR), 1);
  const middle = (bar: Bar) => LEFT + (bar.slot + 0.5) * slot;
  const axis = marks.map(
    (mark) =>
      `<line class="${mark === 0 ? "zero" : "grid"}" x1="${LEFT}" x2="${width - RIGHT}" y1="${px(y(mark))}" y2="${px(y(mark))}"/>` +
      `<text x="${LEFT - 8}" y="${px(y(mark) + 4)}" text-anchor="end">${mark}</text>`,
  );
  const drawn = bars.map((bar) => {
    const parts = bar.parts.map(
      ({ from, to, color }) =>
        `<rect class="${color}" x="${px(middle(bar) - thick / 2)}" y="${px(y(Math.max(from, to)))}" width="${px(thick)}" height="${px(Math.abs(y(from) - y(to)))}"/>`,
    );
    const touched = `<rect class="hit" x="${px(middle(bar) - slot / 2)}" y="${TOP}" width="${px(slot)}" height="${height - TOP - BOTTOM}"/>`;
    return `<g><title>${htmlText(bar.title)}</title>${parts.join("")}${touched}</g>`;
  });
  return (
    `<svg class="${name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${htmlText(label)}">` +
    `${axis.join("")}${drawn.join("")}${dayMarks(bars, days, middle, frame)}</svg>`
  );
}

/** The first day, the last one, and some between them. */
function dayMarks(bars: readonly Bar[], most: number, middle: (bar: Bar) => number, { width, height }: Frame): string {
  const room = (width - LEFT - RIGHT) / most;
  const shown: Bar[] = [];
  for (const bar of bars) if (shown.length === 0 || middle(bar) - middle(shown.at(-1) ?? bar) >= room) shown.push(bar);
  return shown
    .map((bar) => {
      const at = Math.min(Math.max(middle(bar), LEFT + 20), width - RIGHT - 36);
      return `<text x="${px(at)}" y="${height - 8}" text-anchor="middle">${bar.day}</text>`;
    })
    .join("");
}

/** A bar chart over time as SVG, in a wide and a narrow version; the style shows one of them. */
export const barChart = (label: string, bars: readonly Bar[]): string =>
  FRAMES.map((frame) => drawing(label, bars, frame)).join("\n");
