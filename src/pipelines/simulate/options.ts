import type { Moment } from "./moment.js";

/** How often things happen, each from 0 to 1. docs/simulate.md, "Rates". */
export interface Rates {
  bundle: number;
  partial: number;
  late: number;
  early: number;
  failedBank: number;
  missingReason: number;
  quiz: number;
  retake: number;
  overlap: number;
  decoy: number;
  penalty: number;
  twin: number;
  retry: number;
  conflict: number;
  lateArrival: number;
  deletion: number;
  correction: number;
  missingCourse: number;
}

/** Options of a population: equal options give equal bytes. */
export interface SimulationOptions {
  seed: number;
  students: number;
  days: number;
  /** `YYYY-MM-DD` */
  start: string;
  /** Names of apps; all if undefined. */
  apps?: readonly string[];
  /** TimeSpentEvents per activity. */
  timeEvents: number;
  rates: Rates;
}

/** The period of a population. */
export interface Span {
  /** Midnight of the first day. */
  start: Moment;
  days: number;
  /** When the source tables are dumped, the first and the second time. */
  readings: readonly [Moment, Moment];
}
