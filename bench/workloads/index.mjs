/** The workloads in the order of the table. */
import { workload as corners } from "./corners.mjs";
import { workload as digitsAdam } from "./digits-adam.mjs";
import { workload as digitsSgd } from "./digits-sgd.mjs";
import { workload as digitsSigmoid } from "./digits-sigmoid.mjs";
import { workload as maps } from "./maps.mjs";
import { workload as memory } from "./memory.mjs";
import { workload as pictures } from "./pictures.mjs";
import { workload as predict } from "./predict.mjs";
import { workload as scaling } from "./scaling.mjs";
import { workload as shapes } from "./shapes.mjs";
import { workload as start } from "./start.mjs";
import { workload as svm } from "./svm.mjs";
import { workload as tiny } from "./tiny.mjs";

export const workloads = [
  tiny,
  digitsSigmoid,
  digitsSgd,
  digitsAdam,
  pictures,
  predict,
  start,
  scaling,
  memory,
  shapes,
  svm,
  corners,
  maps,
];
