import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Studio } from "../../app/studio.ts";
import { lossOf } from "../../state/job.ts";
import { type LayerPlace, layerPlaces } from "../../state/layers.ts";
import type { DigitsData, LayerState } from "../../state/workbench.ts";
import type { Occlusion, OcclusionQuestion } from "../../worker/views/digit-occlusion.ts";
import type { DigitAnswer, DigitQuestion } from "../../worker/views/digit-prediction.ts";
import type { Template, TemplateQuestion, Templates, TemplatesQuestion } from "../../worker/views/digit-templates.ts";
import type { TestQuestion } from "../../worker/views/digit-test.ts";
import { centred } from "./centre.ts";
import { follow, followSlowly } from "./follow.ts";
import { blank, type Ink } from "./ink.ts";
import type { Cell, Verdicts } from "./verdicts.ts";

/** Where a picture on the pad came from. */
export interface Origin {
  readonly part: "train" | "test";
  readonly row: number;
  readonly label: number;
}

/** A layer of the state, from 0, and where it is in the model. */
export interface ShownLayer extends LayerPlace, LayerState {
  readonly at: number;
}

/** What lies on the desk of the digits' screen: the drawing, what is chosen, and what the worker says of it. */
export interface Desk {
  readonly side: ReadonlySignal<number>;
  readonly ink: Signal<Ink>;
  /** Of a picture of the set that nobody has drawn on; null for a drawing. */
  readonly origin: Signal<Origin | null>;
  /** Whether drawings are centred as MNIST's digits are. */
  readonly isCentring: Signal<boolean>;
  /** What the net sees. */
  readonly seen: ReadonlySignal<Ink>;
  readonly tool: Signal<"pen" | "eraser">;
  readonly show: Signal<"ink" | "occlusion">;
  /** Of the confusion matrix. */
  readonly cell: Signal<Cell | null>;
  /** The layer whose units are shown as pictures: the first, or the last. */
  readonly which: Signal<"first" | "last">;
  readonly layer: ReadonlySignal<ShownLayer>;
  readonly unit: ReadonlySignal<number>;
  readonly answer: ReadonlySignal<DigitAnswer | undefined>;
  readonly templates: ReadonlySignal<Templates | undefined>;
  readonly template: ReadonlySignal<Template | undefined>;
  readonly occlusion: ReadonlySignal<Occlusion | undefined>;
  readonly verdicts: ReadonlySignal<Verdicts | undefined>;
  /** Puts a picture of the set on the pad. */
  place(pixels: Float32Array, origin: Origin): void;
  /** Takes a drawing over: the picture is a hand's own from now on. */
  draw(ink: Ink): void;
  clear(): void;
  chooseUnit(unit: number): void;
  /** Begins to ask the worker; gives what ends it. Nothing is asked while the screen is not shown. */
  open(): () => void;
}

const desks = new WeakMap<Studio, Desk>();

/** The studio's desk: it stays as it was left while other screens are shown. */
export function deskOf(studio: Studio): Desk {
  const known = desks.get(studio);
  if (known) return known;
  const desk = createDesk(studio);
  desks.set(studio, desk);
  return desk;
}

const sideOf = ({ set }: DigitsData): number => (set === "mnist" ? 28 : 16);

function createDesk({ store, training }: Studio): Desk {
  const data = computed(() => store.state.value.data);
  const side = computed(() => (data.value.kind === "digits" ? sideOf(data.value) : 28));
  const network = computed(() => store.state.value.network);
  const look = computed(() => store.state.value.look.unit);
  const ink = signal(blank(side.value));
  const origin = signal<Origin | null>(null);
  /** Whether anything was drawn on an empty pad; a picture of the set that is drawn on stays where MNIST put it. */
  const isOwn = signal(true);
  const isCentring = signal(true);
  const seen = computed(() => (isCentring.value && isOwn.value ? centred(ink.value) : ink.value));
  const show = signal<"ink" | "occlusion">("ink");
  const which = signal<"first" | "last">("first");
  const layer = computed((): ShownLayer => {
    const { layers } = network.value;
    const at = which.value === "first" ? 0 : layers.length - 1;
    return { at, ...layerPlaces(network.value)[at]!, ...layers[at]! };
  });
  const unit = computed(() => {
    const chosen = look.value;
    const isHere = chosen && chosen.layer === layer.value.at + 1 && chosen.unit < layer.value.units;
    return isHere ? chosen.unit : 0;
  });
  const answer = signal<DigitAnswer | undefined>(undefined);
  const templates = signal<Templates | undefined>(undefined);
  const template = signal<Template | undefined>(undefined);
  const occlusion = signal<Occlusion | undefined>(undefined);
  const verdicts = signal<Verdicts | undefined>(undefined);
  const isDigits = computed(() => data.value.kind === "digits");

  const asked = computed((): DigitQuestion | undefined => {
    const { dense, output } = layer.value;
    return isDigits.value ? { pixels: seen.value.pixels, dense, output } : undefined;
  });
  const askedTemplates = computed((): TemplatesQuestion | undefined => {
    const { dense, weight, units } = layer.value;
    return isDigits.value ? { dense, weight, units } : undefined;
  });
  const askedTemplate = computed((): TemplateQuestion | undefined => {
    const { dense, bias, hasBias = true } = layer.value;
    return isDigits.value ? { dense, bias: hasBias ? bias : undefined, unit: unit.value } : undefined;
  });
  const askedOcclusion = computed((): OcclusionQuestion | undefined =>
    isDigits.value && show.value === "occlusion"
      ? { pixels: seen.value.pixels, side: side.value, patch: side.value === 28 ? 5 : 3 }
      : undefined,
  );
  const askedTest = computed((): TestQuestion => ({ loss: lossOf(store.state.value) }));
  const clear = (): void => {
    ink.value = blank(side.value);
    origin.value = null;
    isOwn.value = true;
  };
  return {
    side,
    ink,
    origin,
    isCentring,
    seen,
    show,
    tool: signal<"pen" | "eraser">("pen"),
    cell: signal<Cell | null>(null),
    which,
    layer,
    unit,
    answer,
    templates,
    template,
    occlusion,
    verdicts,
    place: (pixels, from) => {
      ink.value = { side: side.value, pixels };
      origin.value = from;
      isOwn.value = false;
    },
    draw: (drawn) => {
      show.value = "ink"; // occlusion shows what the net sees, which may lie elsewhere
      ink.value = drawn;
      origin.value = null;
    },
    clear,
    chooseUnit: (chosen) => store.look({ unit: { layer: layer.value.at + 1, unit: chosen } }),
    open: () => {
      const ends = [
        // another set has pictures of another size
        effect(() => {
          if (ink.peek().side === side.value) return;
          clear();
          verdicts.value = undefined;
        }),
        follow(training, "digitPrediction", asked, answer),
        follow(training, "digitTemplates", askedTemplates, templates),
        follow(training, "digitTemplate", askedTemplate, template),
        follow(training, "digitOcclusion", askedOcclusion, occlusion),
        followSlowly(training, "digitTest", askedTest, verdicts),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
