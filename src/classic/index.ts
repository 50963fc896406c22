/** `nabla/classic`: learners that are no networks. */

export { type BestLine, bestLine } from "./best-line.ts";
