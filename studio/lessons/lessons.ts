import { backprop } from "./backprop.ts";
import { forwardPass } from "./forward-pass.ts";
import type { Lesson } from "./lesson.ts";
import { smallestPerceptron } from "./smallest-perceptron.ts";
import { threePictures } from "./three-pictures.ts";

/** In the order of the lecture. */
export const lessons: readonly Lesson[] = [smallestPerceptron, threePictures, forwardPass, backprop];
