import { useStudio } from "../app/studio.ts";
import { TextButton } from "../view/controls.tsx";
import { words } from "../words.ts";

/** What went wrong, in a sentence, and the way on. */
export function ProblemNotice() {
  const { training } = useStudio();
  const diverged = training.snapshot.value?.diverged;
  const problem = training.problem.value;
  if (diverged)
    return (
      <div class="notice" role="alert">
        <strong>{words.errors.diverged}</strong>
        <span>{words.errors.divergedAt(diverged)}</span>
        <TextButton label={words.errors.back} onPress={() => void training.goTo(diverged.lastFinite)} />
      </div>
    );
  if (!problem) return null;
  const isGone = (problem as { readonly code?: string }).code === "ENVIRONMENT";
  return (
    <div class="notice" role="alert">
      <strong>{isGone ? words.errors.worker : words.errors.heading}</strong>
      <span>{problem.message}</span>
      {isGone && <TextButton label={words.errors.restart} onPress={training.restart} />}
      <TextButton look="plain" label={words.errors.dismiss} onPress={training.dismiss} />
    </div>
  );
}
