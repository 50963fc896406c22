import { useEffect, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { TextButton } from "../../view/controls.tsx";
import { Icon } from "../../view/icon.tsx";
import { Part } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import type { DifferenceCheck } from "../../worker/views/check.ts";
import type { Explained } from "../../worker/views/explained.ts";
import { Formula } from "./formula.tsx";
import { useNumbers } from "./use-numbers.ts";

/** Two slopes of the same curve: by a difference of two losses, and by backpropagation. */
export function Check({ explained }: { readonly explained: Explained }) {
  const numbers = useNumbers();
  const { training } = useStudio();
  const [found, setFound] = useState<{
    readonly of: Explained;
    readonly check?: DifferenceCheck;
    readonly words?: string;
  }>();
  const parameter = numbers.parameter.value;
  const { check } = words.numbers;
  // what was checked is about other weights or another example
  useEffect(() => setFound(undefined), [explained, parameter?.node]);
  const run = async (): Promise<void> => {
    if (!parameter) return;
    const { name, index } = parameter;
    try {
      const answer = await training.ask<DifferenceCheck>("check", { ...numbers.args.peek(), name, index });
      setFound({ of: explained, check: answer });
    } catch (error) {
      setFound({ of: explained, words: error instanceof Error ? error.message : String(error) });
    }
  };
  const result = found?.of === explained ? found : undefined;
  return (
    <Part
      title={check.title}
      explanation={
        parameter && (
          <>
            {check.explanation} <Formula of={explained.nodes[parameter.node]!.symbol} />
          </>
        )
      }
    >
      {result?.check ? (
        <Result {...result.check} />
      ) : (
        <div class="stack">
          <p class="label">{check.words}</p>
          <TextButton label={check.run} isDisabled={!parameter} onPress={() => void run()} />
        </div>
      )}
      {result?.words && <p role="alert">{result.words}</p>}
    </Part>
  );
}

/** Twice the size of what float64 and a curve that is not straight leave between the two. */
const near = 1e-5;

function Result({ above, below, h, difference, gradient }: DifferenceCheck) {
  const { check } = words.numbers;
  const error = Math.abs(difference - gradient);
  const isNear = error <= near * Math.max(1, Math.abs(gradient));
  return (
    <dl class="pairs" data-check={difference}>
      <dt>{check.above}</dt>
      <dd>{long(above)}</dd>
      <dt>{check.below}</dt>
      <dd>{long(below)}</dd>
      <dt>{check.difference(long(h))}</dt>
      <dd>{long(difference)}</dd>
      <dt>{check.gradient}</dt>
      <dd class="gradient">{long(gradient)}</dd>
      <dt class={isNear ? "row agree" : "row bad"}>
        <Icon name={isNear ? "check" : "close"} />
        {isNear ? check.agree : check.differ}
      </dt>
      <dd>{error === 0 ? "0" : error.toExponential(1).replaceAll("-", "−")}</dd>
    </dl>
  );
}

/** Nine digits, so that the difference can be seen. */
const long = (value: number): string => {
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-5 ? value.toPrecision(9) : value.toFixed(9);
  return (text.includes("e") ? text : text.replace(/\.?0+$/, "")).replaceAll("-", "−");
};
