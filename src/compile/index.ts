export { compile } from "./compile.ts";
export type { Access, Axis, Buffer, Kernel, Plan, Statement } from "./kernel.ts";
export { printKernel, printPlan } from "./print.ts";
export type { Program } from "./program.ts";
