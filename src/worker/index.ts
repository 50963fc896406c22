/** `nabla/worker`: training off the main thread. A page imports the client alone; the engine stays in the worker. */

export { type ClientOptions, type TrainingClient, trainingClient } from "./client.ts";
export { type ServedSession, type ServeOptions, serveTraining, type View } from "./host.ts";
export { dataOf as readTable } from "./job.ts";
export type {
  EpochEvent,
  Loaded,
  ModelRecord,
  PortLike,
  SessionEnd,
  SessionStates,
  Snapshot,
  StartOptions,
  StepOptions,
  TrainingJob,
  Until,
} from "./messages.ts";
