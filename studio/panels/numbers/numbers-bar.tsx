import { useEffect } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { outputNeed, setData, setTraining } from "../../state/commands.ts";
import type { DataState } from "../../state/workbench.ts";
import { numbersSteps } from "../../state/workbench.ts";
import { Choice, IconButton, NumberField, Segments, TextButton } from "../../view/controls.tsx";
import { words } from "../../words.ts";
import type { Numbers, Typed } from "./numbers-model.ts";
import { phaseNames } from "./steps.ts";

/** Fields that are shown at most for one example; of more numbers the count is said. */
const mostFields = 8;
const range = 1e6;

/** Reset, back, play, forward; step by what; the phase; and the example with its numbers, which can be typed. */
export function NumbersBar({ numbers }: { readonly numbers: Numbers }) {
  const { stepping } = useStudio();
  useEffect(() => {
    stepping.value = {
      play: numbers.play,
      forward: () => void numbers.forward(),
      back: () => void numbers.back(),
      reset: () => void numbers.reset(),
    };
    return () => {
      stepping.value = undefined;
    };
  }, [numbers, stepping]);
  const { numbers: own, control } = words;
  const isPlaying = numbers.isPlaying.value;
  const isReady = numbers.told.value !== undefined;
  return (
    <section class="bar numbers-bar" aria-label={own.bar}>
      <div class="row">
        <IconButton icon="reset" label={own.reset} onPress={() => void numbers.reset()} />
        <IconButton icon="back" label={own.back} isDisabled={!isReady} onPress={() => void numbers.back()} />
        <TextButton
          look="primary"
          icon={isPlaying ? "pause" : "play"}
          label={isPlaying ? control.pause : control.play}
          isDisabled={!isReady}
          onPress={numbers.play}
        />
        <IconButton icon="forward" label={own.forward} isDisabled={!isReady} onPress={() => void numbers.forward()} />
      </div>
      <Segments
        label={own.stepBy}
        value={numbers.look.value.stepBy}
        options={numbersSteps.map((value) => ({ value, label: own.steps[value] }))}
        onChange={(stepBy) => numbers.setLook({ stepBy })}
      />
      <Phases numbers={numbers} />
      <ExampleFields numbers={numbers} />
    </section>
  );
}

function Phases({ numbers }: { readonly numbers: Numbers }) {
  const now = numbers.phase.value;
  return (
    <ol class="phases" aria-label={words.numbers.phasesLabel}>
      {phaseNames.map((phase) => (
        <li key={phase}>
          <button
            type="button"
            aria-current={phase === now ? "step" : undefined}
            onClick={() => numbers.toPhase(phase)}
          >
            {words.numbers.phases[phase]}
          </button>
        </li>
      ))}
    </ol>
  );
}

function ExampleFields({ numbers }: { readonly numbers: Numbers }) {
  const { store } = useStudio();
  const { numbers: own } = words;
  const state = store.state.value;
  const about = numbers.whole.value?.about;
  const { example } = numbers.args.value;
  const size = store.data.value?.train.size;
  if (!about) return null;
  const change = (next: Typed): void => {
    const edited = editedData(state.data, store.data.peek()?.trainRows[example], next);
    if (edited) store.change(own.editExample, setData(edited), `example ${example}`);
    else numbers.typed.value = { ...numbers.typed.peek(), ...next };
  };
  const columns = store.data.value?.columns ?? [];
  return (
    <div class="row wrap push example-fields">
      {(size === undefined || size > 1) && (
        <span class="row">
          <NumberField
            label={own.example}
            value={example + 1}
            from={1}
            to={size ?? 100_000}
            isWhole
            width={4}
            onChange={(value) => store.look({ example: value - 1 })}
          />
          {size !== undefined && <span class="label">{own.ofExamples(size)}</span>}
        </span>
      )}
      <span class="row">
        <span class="label">x =</span>
        {about.x.length <= mostFields ? (
          about.x.map((value, i) => (
            <NumberField
              key={i}
              label={own.input(columns[i] ?? String(i + 1))}
              isLabelShown={false}
              value={short(value)}
              width={fieldWidth(value)}
              from={-range}
              to={range}
              onChange={(typed) => change({ x: about.x.map((old, k) => (k === i ? typed : old)) })}
            />
          ))
        ) : (
          <span>{own.manyInputs(about.x.length)}</span>
        )}
      </span>
      <span class="row">
        <span class="label">t =</span>
        <TargetFields numbers={numbers} change={change} />
      </span>
      <NumberField
        label={<span title={own.rate}>η</span>}
        value={state.training.learningRate}
        from={0}
        to={1000}
        onChange={(learningRate) => store.change(own.editRate, setTraining({ learningRate }), "learning rate")}
      />
      {numbers.typed.value && (
        <span class="row">
          <span class="label">{own.typed}</span>
          <TextButton
            look="link"
            label={own.untyped}
            onPress={() => {
              numbers.typed.value = undefined;
            }}
          />
        </span>
      )}
    </div>
  );
}

function TargetFields({ numbers, change }: { readonly numbers: Numbers; readonly change: (next: Typed) => void }) {
  const { store } = useStudio();
  const { numbers: own } = words;
  const { y } = numbers.whole.value!.about;
  const { data } = store.state.value;
  const need = outputNeed(data);
  if (need.isClassification) {
    const classes = store.data.value?.classes ?? [];
    return (
      <Choice
        label={own.target("")}
        isLabelShown={false}
        value={String(y[0])}
        options={Array.from({ length: need.units }, (_, i) => ({ value: String(i), label: classes[i] ?? String(i) }))}
        onChange={(label) => change({ t: Number(label) })}
      />
    );
  }
  if (y.length > mostFields) return <span>{own.manyInputs(y.length)}</span>;
  const names = data.kind === "own" ? data.target.names : [];
  return (
    <>
      {y.map((value, i) => (
        <NumberField
          key={i}
          label={own.target(names[i] ?? String(i + 1))}
          isLabelShown={false}
          value={short(value)}
          width={fieldWidth(value)}
          from={-range}
          to={range}
          onChange={(typed) => change({ t: y.map((old, k) => (k === i ? typed : old)) })}
        />
      ))}
    </>
  );
}

/** A float32 number without the digits that only float64 sees. */
const short = (value: number): number => Number(value.toPrecision(7));

/** As wide as its digits, within what looks like a row. */
const fieldWidth = (value: number): number => Math.max(4, Math.min(11, String(short(value)).length + 2));

/** Own points with the row changed, where the net sees the row as it is written; undefined for all other data. */
function editedData(data: DataState, row: number | undefined, { x, t }: Typed): DataState | undefined {
  if (data.kind !== "own" || data.isStandardized || row === undefined) return undefined;
  const { target } = data;
  const rows = x ? data.rows.map((old, i) => (i === row ? x.map(short) : old)) : data.rows;
  if (t === undefined) return { ...data, rows };
  if (target.kind === "classes" && typeof t === "number")
    return { ...data, rows, target: { ...target, labels: target.labels.map((old, i) => (i === row ? t : old)) } };
  if (target.kind === "values" && typeof t !== "number")
    return {
      ...data,
      rows,
      target: { ...target, values: target.values.map((old, i) => (i === row ? t.map(short) : old)) },
    };
  return undefined;
}
