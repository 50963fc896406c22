/** `nabla/classic`: learners that are no networks, each a chapter that reads alone. */

export { Pca, type PcaOptions } from "./pca.ts";
