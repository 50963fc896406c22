import { useComputed, useSignal } from "@preact/signals";
import { useStudio } from "../../app/studio.ts";
import { digitsPreset } from "../../state/digits-preset.ts";
import { inputsOf } from "../../state/inputs.ts";
import { parameterSum } from "../../state/layers.ts";
import { IconButton, Segments, TextButton } from "../../view/controls.tsx";
import { percent, whole } from "../../view/figures.ts";
import { words } from "../../words.ts";
import { deskOf } from "./desk.ts";
import { pictureAt, usePictures } from "./pictures.ts";
import { Thumbnail } from "./thumbnail.tsx";

const samples = 6;

/** Which pictures, what the pen does, pictures to begin with; and how large and how good the net is. */
export function DigitsBar() {
  const { store } = useStudio();
  const desk = deskOf(useStudio());
  const { data } = store.state.value;
  if (data.kind !== "digits") return null;
  return (
    <section class="bar" aria-label={words.digits.bar}>
      <Segments
        label={words.digits.set}
        value={data.set}
        options={(["mnist", "mnist-16x16"] as const).map((value) => ({ value, label: words.digits.sets[value] }))}
        onChange={(set) =>
          store.open(words.digits.opened(words.digits.sets[set]), digitsPreset(set, store.state.peek()))
        }
      />
      <span class="divider" />
      <div class="row">
        {(["pen", "eraser"] as const).map((tool) => (
          <IconButton
            key={tool}
            icon={tool === "pen" ? "pencil" : "eraser"}
            label={words.digits[tool]}
            isPressed={desk.tool.value === tool}
            onPress={() => {
              desk.tool.value = tool;
            }}
          />
        ))}
        <TextButton look="plain" label={words.digits.clear} onPress={desk.clear} />
      </div>
      <Segments
        label={words.digits.show}
        value={desk.show.value}
        options={(["ink", "occlusion"] as const).map((value) => ({ value, label: words.digits.shows[value] }))}
        onChange={(show) => {
          desk.show.value = show;
        }}
      />
      <Samples />
      <Figures />
    </section>
  );
}

/** A few pictures of the test set, and a way to the next. */
function Samples() {
  const { say } = useStudio();
  const desk = deskOf(useStudio());
  const first = useSignal(0);
  const rows = Array.from({ length: samples }, (_, i) => (first.value + i) % 10_000);
  const pictures = usePictures("test", rows);
  const side = desk.side.value;
  const onPad = desk.origin.value;
  return (
    <fieldset class="row digit-plain-fieldset">
      <legend class="spoken">{words.digits.samples}</legend>
      <span class="label" aria-hidden="true">
        {words.digits.samples}
      </span>
      {rows.map((row, i) => {
        const pixels = pictures && pictureAt(pictures, i);
        const isHere = pixels?.length === side * side;
        return (
          <button
            key={i}
            type="button"
            class="digit-picture-button digit-sample"
            aria-label={words.digits.sample(row, pictures?.labels[i] ?? 0)}
            aria-pressed={onPad?.part === "test" && onPad.row === row}
            disabled={!isHere}
            onClick={() => {
              const label = pictures!.labels[i]!;
              desk.place(pixels!, { part: "test", row, label });
              say(words.digits.draw.from("test", row, label));
            }}
          >
            {isHere && <Thumbnail pixels={pixels} side={side} />}
          </button>
        );
      })}
      <IconButton
        icon="dice"
        label={words.digits.otherSamples}
        onPress={() => {
          first.value = (first.value * 31 + 1009) % 10_000;
        }}
      />
    </fieldset>
  );
}

function Figures() {
  const { store, training } = useStudio();
  const desk = deskOf(useStudio());
  const { data, network } = store.state.value;
  const { terms, total } = parameterSum(inputsOf(data), network);
  const accuracy = useComputed(() => {
    const verdicts = desk.verdicts.value;
    const last = training.epochs.value.at(-1)?.validation?.["accuracy"];
    if (!verdicts || (training.isPlaying.value && last !== undefined)) return last;
    return (
      verdicts.labels.reduce((sum, label, i) => sum + Number(label === verdicts.said[i]), 0) / verdicts.labels.length
    );
  }).value;
  return (
    <dl class="figures push">
      <div>
        <dt>{words.digits.parameters}</dt>
        <dd>
          {terms
            .map(({ from, units, hasBias, sums }) => {
              const sum = `${from}·${units}${hasBias ? `+${units}` : ""}`;
              return sums > 1 ? `${sums}·(${sum})` : sum;
            })
            .join(" + ")}{" "}
          = {whole(total)}
        </dd>
      </div>
      <div>
        <dt>{words.digits.accuracy}</dt>
        <dd data-figure="test-accuracy">{accuracy === undefined ? "–" : percent(accuracy, 2)}</dd>
      </div>
    </dl>
  );
}
