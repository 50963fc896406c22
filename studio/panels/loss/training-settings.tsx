import { useStudio } from "../../app/studio.ts";
import { setNetwork, setTraining } from "../../state/commands.ts";
import { limits } from "../../state/limits.ts";
import { lossOptions, lossTrouble } from "../../state/losses.ts";
import { type LossChoice, optimizerChoices, type TrainingState } from "../../state/workbench.ts";
import { Choice, NumberField, TextButton } from "../../view/controls.tsx";
import { words } from "../../words.ts";
import { rateAt, rateStep, rates } from "./learning-rates.ts";

/** What is made small, by which rule, how fast, on how many examples at once. */
export function TrainingSettings() {
  const { store } = useStudio();
  const { training, network } = store.state.value;
  const rows = store.data.value?.train.size ?? limits.rows;
  const change = (what: string, next: Partial<TrainingState>, mergeKey?: string): void =>
    store.change(what, setTraining(next), mergeKey);
  const isWhole = training.batchSize === 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid in every browser
    <div class="training" role="group" aria-label={words.loss.training}>
      <LossField />
      <Choice
        label={words.loss.optimizer}
        value={training.optimizer}
        options={optimizerChoices.map((value) => ({ value, label: words.loss.optimizers[value] }))}
        onChange={(optimizer) => change(words.loss.undo.optimizer, { optimizer })}
      />
      <div class="rate">
        <NumberField
          label={words.loss.learningRate}
          value={training.learningRate}
          from={0}
          to={1000}
          width={8}
          onChange={(learningRate) => change(words.loss.undo.rate, { learningRate }, "learning rate")}
        />
        <input
          type="range"
          aria-label={words.loss.learningRate}
          min={0}
          max={rates.length - 1}
          step={1}
          value={rateStep(training.learningRate)}
          aria-valuetext={String(training.learningRate)}
          onInput={({ currentTarget }) =>
            change(words.loss.undo.rate, { learningRate: rateAt(currentTarget.valueAsNumber) }, "learning rate")
          }
        />
      </div>
      <div class="row">
        <NumberField
          label={words.loss.batchSize}
          value={isWhole ? rows : training.batchSize}
          from={1}
          to={limits.rows}
          isWhole
          onChange={(batchSize) => change(words.loss.undo.batch, { batchSize })}
        />
        <TextButton
          look="plain"
          label={words.loss.all}
          isPressed={isWhole}
          onPress={() => change(words.loss.undo.batch, { batchSize: isWhole ? Math.min(10, rows) : 0 })}
        />
      </div>
      <NumberField
        label={words.loss.decay}
        value={network.l2}
        from={0}
        to={100}
        width={6}
        onChange={(l2) => store.change(words.loss.undo.decay, setNetwork({ l2 }))}
      />
    </div>
  );
}

/** Every loss of the lecture; those that this net or this data does not take say why, and cannot be chosen. */
function LossField() {
  const { store } = useStudio();
  const state = store.state.value;
  return (
    <label class="choice">
      <span>{words.loss.loss}</span>
      <select
        value={state.training.loss}
        onChange={({ currentTarget }) =>
          store.change(words.loss.undo.loss, setTraining({ loss: currentTarget.value as LossChoice }))
        }
      >
        {lossOptions.map((loss) => {
          const trouble = lossTrouble(loss, state);
          const name = loss === "auto" ? words.loss.automatic : words.loss.names[loss];
          return (
            <option key={loss} value={loss} disabled={trouble !== undefined}>
              {trouble ? words.loss.unfit(name, words.loss.reasons[trouble]) : name}
            </option>
          );
        })}
      </select>
    </label>
  );
}
