import { useComputed } from "@preact/signals";
import { useStudio } from "../../app/studio.ts";
import { useView } from "../../app/use-view.ts";
import { lossOf } from "../../state/job.ts";
import { type LossChoice, lossShows } from "../../state/workbench.ts";
import { Segments, TextButton } from "../../view/controls.tsx";
import { Panel } from "../../view/panel.tsx";
import { useSlowly } from "../../view/slowly.ts";
import { words } from "../../words.ts";
import type { LossesView } from "../../worker/views/losses.ts";
import { Bars } from "./bars.tsx";
import { type Examples, examplesOf } from "./examples.ts";
import { FunctionCurve } from "./function-curve.tsx";
import { LossChart } from "./loss-chart.tsx";
import { Mistakes } from "./mistakes.tsx";
import { TrainingSettings } from "./training-settings.tsx";

/** What training makes small: as it falls, for each example, which classes are mistaken, and the function itself. */
export function LossPanel() {
  const { store } = useStudio();
  const state = store.state.value;
  const { show, isLog } = state.look.loss;
  const look = (change: Partial<typeof state.look.loss>): void =>
    store.look({ loss: { ...store.state.peek().look.loss, ...change } });
  return (
    <Panel
      name="loss"
      explanation={words.loss.explanation(words.loss.names[lossOf(state) as Exclude<LossChoice, "auto">])}
    >
      <div class="loss-body">
        <TrainingSettings />
        <div class="stack">
          <div class="row between wrap">
            <Segments
              label={words.loss.show}
              isLabelShown={false}
              value={show}
              options={lossShows.map((value) => ({ value, label: words.loss.shows[value] }))}
              onChange={(value) => look({ show: value })}
            />
            {show === "curve" && (
              <TextButton
                look="plain"
                label={words.loss.log}
                isPressed={isLog}
                onPress={() => look({ isLog: !isLog })}
              />
            )}
          </div>
          {show === "curve" && (
            <>
              <LossChart isLog={isLog} />
              <EveryExample />
            </>
          )}
          {show === "mistakes" && <WhichExamples />}
          {show === "function" && <FunctionCurve />}
        </div>
      </div>
    </Panel>
  );
}

const everything = {};

/** What the worker says of each example, while something here shows it. */
function useExamples(part: "train" | "validation") {
  const { store } = useStudio();
  const view = useView<LossesView>("losses", everything);
  return useComputed((): Examples | undefined => examplesOf(view.value, store.data.value, part));
}

function EveryExample() {
  const examples = useExamples("train").value;
  return examples ? <Bars examples={examples} /> : null;
}

function WhichExamples() {
  const { store } = useStudio();
  const { part } = store.state.value.look.loss;
  const hasValidation = store.data.value ? store.data.value.validation !== undefined : true;
  const shown = hasValidation ? part : "train";
  return (
    <div class="stack">
      {hasValidation && (
        <Segments
          label={words.loss.part}
          value={shown}
          options={(["train", "validation"] as const).map((value) => ({ value, label: words.loss.parts[value] }))}
          onChange={(value) => store.look({ loss: { ...store.state.peek().look.loss, part: value } })}
        />
      )}
      <PartOfExamples key={shown} part={shown} />
    </div>
  );
}

function PartOfExamples({ part }: { readonly part: "train" | "validation" }) {
  const examples = useSlowly(useExamples(part));
  return examples ? <Mistakes examples={examples} /> : <p class="label">{words.loss.waiting}</p>;
}
