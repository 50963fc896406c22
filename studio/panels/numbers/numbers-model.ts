import { batch, computed, effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { Studio } from "../../app/studio.ts";
import { setTraining } from "../../state/commands.ts";
import { lossOf } from "../../state/job.ts";
import type { NumbersLook } from "../../state/workbench.ts";
import type { Explained, ExplainedNode, ExplainedParameter, ExplanationArgs } from "../../worker/views/explained.ts";
import {
  allShown,
  endOf,
  nextPosition,
  type PhaseName,
  phaseAt,
  previousPosition,
  type Shown,
  type Step,
  shownAt,
  spokenSteps,
  stepsOf,
} from "./steps.ts";

/** Numbers typed in place of the example's own. */
export interface Typed {
  readonly x?: readonly number[];
  readonly t?: readonly number[] | number;
}

/** What is pointed at: edges that a factor and a line share, or a number whose gradient is known. */
export interface Pointed {
  readonly edges: readonly number[];
  readonly node?: number | undefined;
}

/** How the step that training makes next goes with the example that is shown. */
export interface Engine {
  /** The example that training takes next, and its place in the batch. */
  readonly row: number;
  readonly place: number;
  readonly size: number;
  readonly isThisOne: boolean;
}

/** The screen's own signals: what is explained, how much of it is shown, what is selected. */
export interface Numbers {
  /** The whole net; undefined until the worker has answered. */
  readonly whole: ReadonlySignal<Explained | undefined>;
  /** What is told number by number: the whole net, or of a large one the number that was chosen. */
  readonly told: ReadonlySignal<Explained | undefined>;
  readonly problem: ReadonlySignal<string | undefined>;
  readonly steps: ReadonlySignal<readonly Step[]>;
  readonly position: ReadonlySignal<number>;
  readonly phase: ReadonlySignal<PhaseName>;
  readonly shown: ReadonlySignal<Shown | undefined>;
  readonly isPlaying: Signal<boolean>;
  readonly look: ReadonlySignal<NumbersLook>;
  /** The number whose gradient is derived. */
  readonly selected: ReadonlySignal<ExplainedNode | undefined>;
  /** The weight or bias that was selected last: its update is shown, its gradient checked. */
  readonly parameter: ReadonlySignal<ExplainedParameter | undefined>;
  readonly pointed: Signal<Pointed>;
  readonly typed: Signal<Typed | undefined>;
  readonly engine: ReadonlySignal<Engine | undefined>;
  readonly args: ReadonlySignal<ExplanationArgs>;
  /** Whether the multiplications of a large net were asked for. */
  readonly isCounted: Signal<boolean>;
  select(node: ExplainedNode): void;
  choose(name: string, index: readonly number[]): void;
  setLook(change: Partial<NumbersLook>): void;
  toPhase(phase: PhaseName): void;
  forward(): Promise<void>;
  back(): Promise<void>;
  reset(): Promise<void>;
  play(): void;
  /** Training goes on (1) or back (−1) by one example. */
  trainOnce(count: 1 | -1): Promise<void>;
  showNext(): void;
  trainByExample(words: string): void;
  dispose(): void;
}

const playEvery = 600;

export function openNumbers({ store, training, handed, say }: Studio): Numbers {
  const whole = signal<Explained | undefined>(undefined);
  const one = signal<Explained | undefined>(undefined);
  const problem = signal<string | undefined>(undefined);
  const typed = signal<Typed | undefined>(undefined);
  const isCounted = signal(false);
  const isPlaying = signal(false);
  const pointed = signal<Pointed>({ edges: [] });
  const chosenNode = signal<string | undefined>(undefined);

  const look = computed(() => store.state.value.look);
  const numbersLook = computed(() => look.value.numbers);
  const args = computed<ExplanationArgs>(() => {
    const state = store.state.value;
    const { learningRate, reduction } = state.training;
    const size = training.loaded.value === undefined ? Number.POSITIVE_INFINITY : sizeOfData();
    const example = Math.min(state.look.example, Math.max(0, size - 1));
    return { example, loss: lossOf(state), learningRate, reduction, ...typed.value };
  });
  const sizeOfData = (): number => store.data.value?.train.size ?? Number.POSITIVE_INFINITY;

  const told = computed(() => (whole.value?.level === "scalar" ? whole.value : one.value));
  const steps = computed(() => (told.value ? stepsOf(told.value) : []));
  const position = computed(() => Math.min(numbersLook.value.position, steps.value.length));
  const shown = computed(
    () => told.value && shownAt(told.value, steps.value, position.value, numbersLook.value.stepBy),
  );
  const parameter = computed(() => {
    const all = told.value?.parameters ?? [];
    const { weight } = look.value;
    const chosen = weight && all.find(({ name, index }) => isSame({ name, index }, weight));
    // a weight with a fan-out before it says most
    return chosen ?? all.find(({ paths }) => paths > 1) ?? all[0];
  });
  const selected = computed(() => {
    const nodes = told.value?.nodes ?? [];
    return nodes.find(({ symbol }) => symbol.text === chosenNode.value) ?? nodes[parameter.value?.node ?? -1];
  });
  const engine = computed<Engine | undefined>(() => {
    const at = training.snapshot.value;
    const row = at?.rows[at.example];
    if (!at || row === undefined) return undefined;
    const isThisOne = row === args.value.example && typed.value === undefined;
    return { row, place: at.example, size: at.rows.length, isThisOne };
  });

  // the newest request is answered, the older ones that wait are not made at all
  let wanted = 0;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    wanted++;
    if (isAsking) return;
    isAsking = true;
    let answered = 0;
    while (answered !== wanted) {
      answered = wanted;
      try {
        await askOnce();
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error);
      }
    }
    isAsking = false;
  };
  const askOnce = async (): Promise<void> => {
    const request = { ...args.peek(), ...(isCounted.peek() && { isCounted: true }) };
    const all = await training.ask<Explained>("explanation", request);
    let single: Explained | undefined;
    let failed: string | undefined;
    if (all.level === "tensor") {
      const chosen = fitting(all, look.peek().weight);
      try {
        single = await training.ask<Explained>("explanation", { ...request, only: chosen });
      } catch (error) {
        failed = error instanceof Error ? [error.message, (error as { hint?: string }).hint].join(". ") : String(error);
      }
    }
    batch(() => {
      whole.value = all;
      one.value = single;
      problem.value = failed;
    });
  };

  // a state has other parts too: these change only with what is asked for
  const question = computed(() => JSON.stringify([args.value, isCounted.value]));
  const choice = computed(() => (whole.value?.level === "tensor" ? JSON.stringify(look.value.weight) : ""));
  const data = computed(() => store.state.value.data);
  const row = computed(() => look.value.example);
  // what is told stands still: training goes on by the steps of this screen
  if (training.isPlaying.peek()) void training.pause();
  const stops = [
    effect(() => {
      const isReady = training.loaded.value !== undefined && training.snapshot.value !== undefined;
      void [question.value, choice.value];
      if (isReady) untracked(() => void ask());
    }),
    effect(() => {
      void [data.value, row.value];
      untracked(() => {
        typed.value = undefined;
      });
    }),
    effect(() => {
      if (!isPlaying.value) return;
      const timer = setInterval(() => void untracked(advance), playEvery);
      return () => clearInterval(timer);
    }),
  ];

  const setLook = (change: Partial<NumbersLook>): void =>
    store.look({ numbers: { ...store.state.peek().look.numbers, ...change } });

  const speak = (from: number, to: number): void => {
    const all = told.peek();
    if (!all || to <= from) return;
    const isAll = to - from > 40;
    say(isAll ? all.sentences.result : spokenSteps(all, steps.peek().slice(from, to)));
  };

  const move = (to: number): void => {
    const from = position.peek();
    setLook({ position: to >= steps.peek().length ? allShown : to });
    if (to > from) speak(from, to);
    else speak(previousPosition(steps.peek(), to, numbersLook.peek().stepBy), to);
  };

  /** Training goes on or back by one example; what it takes next is shown: from its first number, or whole. */
  const train = async (count: 1 | -1, isWhole: boolean): Promise<void> => {
    const before = training.snapshot.peek();
    await training.step("example", count);
    const now = training.snapshot.peek();
    if (now?.step === before?.step && now?.example === before?.example) return; // it did not work: the page says why
    const row = nextRow();
    batch(() => {
      typed.value = undefined;
      if (row !== undefined) store.look({ example: row });
      setLook({ position: isWhole || numbersLook.peek().stepBy === "example" ? allShown : 0 });
    });
  };
  const nextRow = (): number | undefined => {
    const at = training.snapshot.peek();
    return at?.rows[at.example];
  };
  const showNext = (): void => {
    const row = nextRow();
    if (row === undefined) return;
    batch(() => {
      typed.value = undefined;
      store.look({ example: row });
      setLook({ position: numbersLook.peek().stepBy === "example" ? allShown : 0 });
    });
  };

  const forward = async (): Promise<void> => {
    const all = steps.peek();
    if (all.length === 0) return;
    const at = position.peek();
    if (at < all.length) move(nextPosition(all, at, numbersLook.peek().stepBy));
    else if (engine.peek()?.isThisOne) await train(1, false);
    else showNext();
  };
  const back = async (): Promise<void> => {
    const by = numbersLook.peek().stepBy;
    const at = position.peek();
    const now = training.snapshot.peek();
    const isStart = !now || (now.step === 0 && now.example === 0);
    if (at > 0 && !(by === "example" && at === steps.peek().length && !isStart))
      move(previousPosition(steps.peek(), at, by));
    else if (!isStart) await train(-1, true);
  };
  const advance = async (): Promise<void> => {
    const isEnd = position.peek() === steps.peek().length;
    if (isEnd && numbersLook.peek().stepBy !== "example") isPlaying.value = false;
    else await forward();
  };

  // what another screen has handed over, such as a drawing
  typed.value = handed.peek();
  handed.value = undefined;
  return {
    whole,
    told,
    problem,
    steps,
    position,
    phase: computed(() => phaseAt(steps.value, position.value)),
    shown,
    isPlaying,
    look: numbersLook,
    selected,
    parameter,
    pointed,
    typed,
    engine,
    args,
    isCounted,
    select: (node) => {
      const parameter = told.peek()?.parameters.find((own) => own.node === node.id);
      batch(() => {
        chosenNode.value = parameter ? undefined : node.symbol.text;
        if (parameter) store.look({ weight: { name: parameter.name, index: parameter.index } });
      });
    },
    choose: (name, index) => {
      batch(() => {
        chosenNode.value = undefined;
        store.look({ weight: { name, index } });
      });
    },
    setLook,
    toPhase: (phase) => move(endOf(steps.peek(), phase)),
    forward,
    back,
    reset: async () => {
      isPlaying.value = false;
      await training.reset();
      batch(() => {
        typed.value = undefined;
        const row = nextRow();
        if (row !== undefined) store.look({ example: row });
        setLook({ position: 0 });
      });
    },
    play: () => {
      const isEnd = position.peek() === steps.peek().length;
      if (!isPlaying.peek() && isEnd && numbersLook.peek().stepBy !== "example") setLook({ position: 0 });
      isPlaying.value = !isPlaying.peek();
    },
    trainOnce: (count) => train(count, true),
    showNext,
    trainByExample: (words) => store.change(words, setTraining({ batchSize: 1, optimizer: "sgd" })),
    dispose: () => {
      isPlaying.value = false;
      for (const stop of stops) stop();
    },
  };
}

const isSame = (
  a: { readonly name: string; readonly index: readonly number[] },
  b: { readonly name: string; readonly index: readonly number[] },
): boolean => a.name === b.name && a.index.join() === b.index.join();

/** The number that was chosen where the net has one there; else the first weight of the last layer. */
function fitting(
  { about, tensors }: Explained,
  wanted: { readonly name: string; readonly index: readonly number[] } | null,
): { readonly name: string; readonly index: readonly number[] } {
  const shape = tensors.find(({ name }) => name === wanted?.name)?.shape;
  const fits = wanted && shape?.length === wanted.index.length && wanted.index.every((at, axis) => at < shape[axis]!);
  if (fits) return wanted;
  const last = about.layers.findLast(({ parameters }) => parameters > 0)!;
  const name = tensors.find((tensor) => tensor.name?.startsWith(`${last.name}/`))?.name ?? `${last.name}/weight`;
  return { name, index: [0, 0] };
}
