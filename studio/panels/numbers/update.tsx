import { useStudio } from "../../app/studio.ts";
import { TextButton } from "../../view/controls.tsx";
import { Part } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import type { Explained } from "../../worker/views/explained.ts";
import { Formula } from "./formula.tsx";
import { factor, numberText } from "./number-words.ts";
import { useNumbers } from "./use-numbers.ts";

/** The update line of the selected weight, what all updates do to the loss, and the step that training really makes. */
export function Update({ explained }: { readonly explained: Explained }) {
  const numbers = useNumbers();
  const parameter = numbers.parameter.value;
  const shown = numbers.shown.value!;
  const { update } = words.numbers;
  if (!parameter) return null;
  const { symbol, gradientSymbol } = explained.nodes[parameter.node]!;
  const hasGradient = shown.gradients.has(parameter.node);
  const hasAfter = shown.afters.has(parameter.node);
  return (
    <Part title={update.title}>
      <p class="update-line">
        <Formula of={symbol} /> ← <Formula of={symbol} /> − η ·{" "}
        <span class="gradient">{gradientSymbol && <Formula of={gradientSymbol} />}</span>
      </p>
      {hasGradient ? (
        <p data-update={`${parameter.name} ${parameter.index}`}>
          = <span class="value">{numberText(parameter.value)}</span> − {numberText(explained.about.learningRate)} ·{" "}
          <span class="gradient">{factor(parameter.gradient)}</span>
        </p>
      ) : (
        <p class="label">{update.pending}</p>
      )}
      {hasAfter && (
        <p class="update-result">
          = <span class="figure value">{numberText(parameter.after)}</span>
        </p>
      )}
      {hasAfter && explained.sentences.result && <p class="label">{explained.sentences.result}</p>}
      <Engine />
    </Part>
  );
}

/** How the engine's next step goes with the line above, and the buttons that make it and take it back. */
function Engine() {
  const numbers = useNumbers();
  const { store, training } = useStudio();
  const { update } = words.numbers;
  const engine = numbers.engine.value;
  const at = training.snapshot.value;
  const { optimizer, batchSize } = store.state.value.training;
  if (!engine || !at) return null;
  const { row, place, size, isThisOne } = engine;
  const isTyped = numbers.typed.value !== undefined;
  const isPlain = size === 1 && optimizer === "sgd";
  const isSimple = batchSize === 1 && optimizer === "sgd";
  const sentence = isTyped
    ? update.typed
    : !isThisOne
      ? update.elsewhere(row + 1)
      : size > 1
        ? place === size - 1
          ? update.isLast(size)
          : update.waits(place + 1, size)
        : isPlain
          ? update.isReal
          : undefined;
  return (
    <div class="stack engine">
      {sentence && <p>{sentence}</p>}
      {isThisOne && optimizer !== "sgd" && <p>{update.mixes(update.optimizers[optimizer])}</p>}
      <div class="row wrap">
        {isThisOne ? (
          <TextButton
            label={size > 1 && place < size - 1 ? update.next : update.make}
            onPress={() => void numbers.trainOnce(1)}
          />
        ) : (
          <TextButton label={update.show} onPress={numbers.showNext} />
        )}
        <TextButton
          label={update.undo}
          isDisabled={at.step === 0 && at.example === 0}
          onPress={() => void numbers.trainOnce(-1)}
        />
        {!isSimple && (
          <TextButton look="link" label={update.plain} onPress={() => numbers.trainByExample(update.plainWords)} />
        )}
      </div>
      <p class="label" data-figure="steps">
        {update.done(at.step)}
      </p>
    </div>
  );
}
