import type { LosslessNumber } from "lossless-json";
import { type Amount, amountText } from "../amount.js";
import { jsonAmount } from "../files/json.js";
import type { App } from "./apps.js";
import type { Activity } from "./catalog.js";
import type { LineItem } from "./world.js";

/** XP as the app writes it into metadata: a number, or a string. */
export const xpMember = (app: App, xp: Amount): LosslessNumber | string =>
  app.xpAsText ? amountText(xp) : jsonAmount(xp);

/** The line item of an activity; for exercises, in the form that the app's link style needs. */
export function lineItemOf(app: App, activity: Activity, { isPassive }: { isPassive: boolean }): LineItem {
  const item = { title: activity.title, course: activity.course, saysCourse: app.lineItemCourse };
  if (app.link === "L2-component") return { ...item, id: `li-${activity.key.replaceAll("-", "")}`, activity };
  if (isPassive || app.link === "L2-line-item") return { ...item, id: `${activity.key}_ali` };
  if (app.link === "L3") return { ...item, id: `${activity.course.id}-${activity.key}-check_ali` };
  return { ...item, id: `${activity.key}-bridge_ali` };
}
