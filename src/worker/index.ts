/** `nabla/worker`: training off the main thread, under hand control. A page's bundle gets the client only. */

export type { SessionStates } from "../train/session-states.ts";
export type { Ended, Until } from "../train/until.ts";
export { type TrainingClient, type TrainingClientOptions, trainingClient } from "./client.ts";
export type {
  DivergedMessage,
  LayeredModel,
  Loaded,
  Snapshot,
  StartOptions,
  StepOptions,
  TrainingJob,
  WorkerLike,
} from "./messages.ts";
export { type DataReader, type ServedSession, type ServeOptions, serveTraining, type View } from "./serve.ts";
