import { useStudio } from "../../app/studio.ts";
import { digitsPreset } from "../../state/digits-preset.ts";
import type { DigitsData } from "../../state/workbench.ts";
import { TextButton } from "../../view/controls.tsx";
import { words } from "../../words.ts";

const sets = ["mnist", "mnist-16x16"] as const;

/** Before there are digits: what can be opened, or why nothing can. */
export function DigitsStart() {
  const { page } = useStudio();
  const served = page.served.value;
  const isAnyHere = served !== undefined && Object.keys(served.digits).length > 0;
  return (
    <section class="panel digits-start" aria-labelledby="digits-start">
      <h2 id="digits-start" class="digit-head">
        {words.digits.start.title}
      </h2>
      <p class="prose">{words.digits.start.prose}</p>
      {served && !isAnyHere && <p class="prose bad">{words.digits.start.missing}</p>}
      <ul class="digit-choices">
        {sets.map((set) => (
          <SetChoice key={set} set={set} />
        ))}
      </ul>
      <p class="label">{words.digits.start.undo}</p>
    </section>
  );
}

function SetChoice({ set }: { readonly set: DigitsData["set"] }) {
  const { store, page } = useStudio();
  const served = page.served.value?.digits[set];
  return (
    <li>
      <h3>{words.digits.sets[set]}</h3>
      <p>{words.digits.start[set]}</p>
      <p class="label">
        {served ? words.digits.start.bytes((served.bytes / 1e6).toFixed(1)) : words.digits.start.missingSet}
      </p>
      <TextButton
        look={set === "mnist" ? "primary" : "outline"}
        label={words.digits.start.open(words.digits.sets[set])}
        isDisabled={!served}
        onPress={() => store.open(words.digits.opened(words.digits.sets[set]), digitsPreset(set, store.state.peek()))}
      />
    </li>
  );
}
