import type { Scene } from "../plot/index.ts";

/** What a lab has to say about what it set out to show: whether these settings and this seed show it, and by what. */
export interface LabClaim {
  readonly text: string;
  readonly held: boolean;
  /** The figures it was judged by. */
  readonly evidence: string;
}

export type LabCell = string | number | boolean | null;

/** How the figures of a column are shown: measured numbers in four digits, values of a calculation in seven. */
export type LabForm = "text" | "measure" | "value" | "count" | "percent" | "seconds";

export interface LabColumn {
  readonly key: string;
  readonly label: string;
  readonly form: LabForm;
}

export interface LabTable {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly LabColumn[];
  /** True for one that is too long to print: it is in the JSON only. */
  readonly isDetail?: boolean;
  /** By key of the columns. A figure that there is not is null. */
  readonly rows: readonly Readonly<Record<string, LabCell>>[];
}

/** A line of a picture as numbers. */
export interface LabSeries {
  readonly name: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A picture, by the name of its file without its ending. */
export interface LabPicture {
  readonly name: string;
  readonly scene: Scene;
}

/** What an experiment gives: plain data. The same options give the same result, measured seconds aside. */
export interface LabResult {
  readonly lab: string;
  readonly title: string;
  readonly seed: number;
  /** Everything that could be set, defaults included. */
  readonly settings: Readonly<Record<string, LabCell | readonly LabCell[]>>;
  readonly claim: LabClaim;
  readonly tables: readonly LabTable[];
  readonly series: readonly LabSeries[];
  /** Sentences that a reader of the tables should know. */
  readonly notes: readonly string[];
  readonly pictures: readonly LabPicture[];
}

/** What every lab takes besides its own options. */
export interface LabContext {
  readonly seed: number;
  /** Told what is being done, a few words, whenever that changes. */
  readonly progress?: (doing: string) => void;
}

export const column = (key: string, label: string, form: LabForm = "measure"): LabColumn => ({ key, label, form });
