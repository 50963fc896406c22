import { useEffect } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import type { ExplanationFacts, Facts } from "../../lessons/measure.ts";
import { lossOf } from "../../state/job.ts";

/** What lessons measure, as it is now; read again with every snapshot. */
export function useFacts(): Facts {
  const { store, training } = useStudio();
  const state = store.state.value;
  const { example } = state.look;
  const loss = lossOf(state);
  const { learningRate } = state.training;
  useEffect(() => training.watch("facts", { example, loss, learningRate }), [training, example, loss, learningRate]);
  const at = training.snapshot.value;
  const parameters = training.loaded.value?.parameters;
  return {
    state,
    epoch: at?.epoch ?? 0,
    step: at?.step ?? 0,
    last: training.epochs.value.at(-1),
    parameters: parameters?.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    explanation: training.view<ExplanationFacts>("facts").value,
  };
}
