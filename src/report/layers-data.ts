import type { Picture } from "../plot/picture.ts";
import type { Scene } from "../plot/scene.ts";

/** Everything a page about the units of a network tells. Every string may come from data and is treated as hostile. */
export interface LayersData {
  /** What was trained on what: `784-128-10 on mnist`. */
  readonly title: string;
  readonly when?: string | undefined;
  readonly diagram: Scene;
  /** The examples that the units were shown: what they are called and how many. */
  readonly examples: { readonly name: string; readonly count: number };
  /** What stands for a run in the sentences that say how to see more: `latest`. */
  readonly run: string;
  /** Whether the model sees the columns of a table as deviations from their means. */
  readonly isStandardized?: boolean;
  readonly layers: readonly LayersLayer[];
}

export interface LayersLayer {
  /** From 1, as `--layer` takes it. */
  readonly layer: number;
  readonly name: string;
  readonly kind: string;
  /** Kinds of the layers that follow it without parameters: `relu`. */
  readonly followers: readonly string[];
  readonly units: number;
  /** Numbers of the units that are dead, of all and not only of those shown. */
  readonly dead: readonly number[];
  /** What the pictures of weights are. */
  readonly weights: "weights" | "product" | "slope";
  /** Whether a share "active" says something: not for probabilities, which are all above 0. */
  readonly hasActive: boolean;
  readonly shown: readonly LayersUnit[];
}

export interface LayersUnit {
  /** From 0, as `--unit` takes it. */
  readonly unit: number;
  /** The class that it stands for, in a last layer. */
  readonly stands?: string | undefined;
  /** Share of the examples for which its sum is above 0. */
  readonly active: number;
  /** Mean of what it passes on. */
  readonly mean: number;
  /** Of its sums. */
  readonly smallest: number;
  readonly largest: number;
  readonly isDead: boolean;
  /** Its weights, or what approximates them, as a picture or as bars. */
  readonly weights?: { readonly form: "picture" | "bars"; readonly scene: Scene; readonly range: string } | undefined;
  /** What it gives over the plane of two inputs; `extent` says which part of the plane: `x from −1 to 1, …`. */
  readonly map?: { readonly scene: Scene; readonly range: string; readonly extent: string } | undefined;
  readonly maximum?: LayersMaximum | undefined;
  /** The examples with the largest sums, largest first. */
  readonly examples: readonly LayersExample[];
}

export interface LayersMaximum {
  readonly picture?: Picture | undefined;
  /** Bars, for inputs that are no pictures. */
  readonly scene?: Scene | undefined;
  readonly activation: number;
  readonly start: number;
  readonly ending: "settled" | "bounded" | "rising" | "flat" | "lower";
}

export interface LayersExample {
  /** From 0. */
  readonly index: number;
  readonly value: number;
  readonly label?: string | undefined;
  readonly picture?: Picture | undefined;
  /** For samples that are rows of numbers; the first few are shown. */
  readonly values?: ArrayLike<number> | undefined;
}
