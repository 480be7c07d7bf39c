import type { Dice } from "../kit/dice.js";
import type { Lesson, Plan } from "../lessons/plan.js";
import type { RatedClass } from "../options.js";
import type { World } from "../school/world.js";

/** What a staged case may look at. */
export interface Stage {
  world: World;
  dice: Dice;
  /** Should its numbers look like those of the opposite verdict? */
  coincide: boolean;
}

/** One of the ways in which a lesson of certain apps goes. It is staged at its rate, where it fits. */
export interface Case {
  name: RatedClass;
  apps: readonly string[];
  /** Videos or articles beside the exercise: needed, unwanted or as it comes. */
  watched: "some" | "none" | "any";
  /** Where it can happen at all. */
  fits?: (lesson: Lesson, world: World) => boolean;
  /** Does it come whenever it fits? Then its rate has been spent on when it fits. */
  always?: true;
  /** What a lesson has to be for the case; without one, the lesson is an ordinary one. */
  must?: (plan: Plan, world: World) => boolean;
  /** What makes its numbers look like the opposite. */
  wish?: (plan: Plan, world: World) => boolean;
  /** Changes the plan. The class's name is set already. */
  stage: (plan: Plan, stage: Stage) => void;
}
