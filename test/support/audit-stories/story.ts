import { Story } from "../audit-world.js";

/** A title, what happens, and what the audit says of it, as the test writes it; in any order. */
export type AuditStory = readonly [title: string, happens: (story: Story) => void, ...says: string[]];

/** A story that has happened. */
export interface Told {
  title: string;
  story: Story;
  says: string[];
}

/** Lets the stories of a chapter happen, each to students and an app of its own. */
export const tell = (chapter: string, stories: readonly AuditStory[]): Told[] =>
  stories.map(([title, happens, ...says], index) => {
    const story = new Story(`${chapter}-${String(index + 1).padStart(2, "0")}`);
    happens(story);
    return { title, story, says };
  });

const five = <T>(one: T): T[] => Array.from({ length: 5 }, () => one);

/** The app pays base x multiplier, rounded up, by the standard table: ten quiet events prove it. */
export const holds = (story: Story): Story => story.quiet(...five([1, 2] as const), ...five([8, 8, 2] as const));
/** The same with the decay table. */
export const decays = (story: Story): Story => story.quiet(...five([1, 2] as const), ...five([8, 5, 2] as const));
/** The formula holds, but ten quiet events fit every rounding and both tables. */
export const tied = (story: Story): Story => story.quiet(...five([4, 5] as const), ...five([4, 5] as const));
/** The app pays by other rules: ten quiet events refute the formula. */
export const isVoid = (story: Story): Story => story.quiet(...five([4, 7] as const), ...five([8, 1] as const));
/** One quiet event of two is not explained: too few to tell. */
export const unsure = (story: Story): Story => story.quiet([4, 4.5]);

/** The guide's student: a video of 5 and an article of 1 are banked 2 seconds after the exercise. */
export const banks = (story: Story): Story => story.bank("video", 5).bank("article", 1);

/** The guide's day as a finding. */
export const GUIDE = "confirmed near ex 9 = 3 + article 1 + video 5";

/** As `holds`, by an app that counts attempts from 0. */
export const holdsFromZero = (story: Story): Story =>
  story.quiet(...five([1, 2, 0] as const), ...five([8, 8, 1] as const));
