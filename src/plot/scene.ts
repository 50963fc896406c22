/**
 * A picture as plain data: what a chart function returns and what a renderer (`toSvg`, later a canvas) draws.
 * Lengths are pixels at scale 1, the origin is the top left corner, later marks cover earlier ones.
 */

export type Point = readonly [x: number, y: number];

/** Washes from barely there to near ink. From `firstDarkHeat` on, text over them takes the paper's colour. */
export const heatLevels = 9;
export const firstDarkHeat = 7;

/** What a mark means; its look is in `style.ts`, once for both themes. */
export type Style =
  | "grid"
  | "axis"
  | "series"
  | "series dashed"
  | "series dotted"
  | "dot"
  | "dot open"
  | "tick"
  | "label"
  | "strong"
  | "strong inverse"
  | "cell"
  | "unit"
  | "link"
  | "zero"
  | "sign"
  | "bar plus"
  | "bar minus"
  | "name"
  | `points class-${number}`
  | `heat-${number}`;

export interface GroupMark {
  readonly kind: "group";
  readonly x: number;
  readonly y: number;
  readonly marks: readonly Mark[];
}

/** Straight lines through the points of each run; a gap between runs is a gap in the data. */
export interface PathMark {
  readonly kind: "path";
  readonly runs: readonly (readonly Point[])[];
  readonly style: Style;
}

export interface RectMark {
  readonly kind: "rect";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly style: Style;
}

export interface CircleMark {
  readonly kind: "circle";
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly style: Style;
}

export interface TextMark {
  readonly kind: "text";
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly text: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Degrees clockwise about (x, y). */
  readonly turn?: number;
  readonly style: Style;
}

export interface ImageMark {
  readonly kind: "image";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A `data:` address, as `pictureUri` makes. */
  readonly uri: string;
}

export type Mark = GroupMark | PathMark | RectMark | CircleMark | TextMark | ImageMark;

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** A few words; what a screen reader calls the picture. */
  readonly title: string;
  /** A sentence or two: what the picture shows, with its numbers. */
  readonly description: string;
  readonly marks: readonly Mark[];
}

/** Width of a text in pixels, guessed from its length: scenes are made where no font can be measured. */
export function guessTextWidth(text: string, fontSize = 11): number {
  return Math.ceil(Array.from(text).length * fontSize * 0.62);
}
