import { useState } from "preact/hooks";
import { Choice, NumberField } from "../../view/controls.tsx";
import { Part } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import type { Explained } from "../../worker/views/explained.ts";
import { brief } from "./number-words.ts";
import { blocksOf } from "./tensor-scene.ts";
import { useNumbers } from "./use-numbers.ts";

type Step = Explained["tensors"][number];

/** A net that is too large for all of its numbers: the same step by tensor, and a way to each number. */
export function Tensors({ whole }: { readonly whole: Explained }) {
  const { tensors: own } = words.numbers;
  const blocks = blocksOf(whole);
  return (
    <Part title={own.title} explanation={own.explanation(whole.about.parameters)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="scroll" tabIndex={0} aria-label={own.byLayer}>
        <ol class="tensor-row">
          {blocks.map(({ name, steps, parameters }) => (
            <li key={name} class="tensor-layer">
              <span class="label">{name}</span>
              {parameters.map((step) => (
                <TensorBox key={step.id} step={step} />
              ))}
              {steps.map((step) => (
                <TensorBox key={step.id} step={step} />
              ))}
            </li>
          ))}
        </ol>
      </section>
      <Chooser whole={whole} />
      <TensorTable whole={whole} />
    </Part>
  );
}

function TensorBox({ step }: { readonly step: Step }) {
  const numbers = useNumbers();
  const { name, op, shape, norm, gradientNorm } = step;
  const title = name ?? op;
  const isParameter = op === "state" && gradientNorm !== undefined && name !== undefined;
  const content = (
    <>
      <span class="head">
        {title} <span class="label">[{shape.join(", ")}]</span>
      </span>
      <span class={Number.isFinite(norm) ? "value-half" : "value-half not-finite"}>{brief(norm)}</span>
      {gradientNorm !== undefined && <span class="gradient-half">∂ {brief(gradientNorm)}</span>}
    </>
  );
  if (!isParameter) return <div class="tensor-box">{content}</div>;
  const isChosen = numbers.told.value?.about.only?.parameter === name;
  return (
    <button
      type="button"
      class={isChosen ? "tensor-box selected" : "tensor-box"}
      aria-pressed={isChosen}
      onClick={() =>
        numbers.choose(
          name,
          shape.map(() => 0),
        )
      }
    >
      {content}
    </button>
  );
}

/** Which number of which parameter is told number by number. */
function Chooser({ whole }: { readonly whole: Explained }) {
  const numbers = useNumbers();
  const { tensors: own } = words.numbers;
  const parameters = whole.tensors.filter(
    ({ op, name, gradientNorm }) => op === "state" && name && gradientNorm !== undefined,
  );
  const only = numbers.told.value?.about.only;
  const parameter = parameters.find(({ name }) => name === only?.parameter) ?? parameters[0];
  if (!parameter) return null;
  const index = only?.parameter === parameter.name ? only!.index : parameter.shape.map(() => 0);
  return (
    <div class="stack">
      <h3>{own.choose}</h3>
      <div class="row wrap">
        <Choice
          label={own.parameter}
          value={parameter.name!}
          options={parameters.map(({ name, shape }) => ({ value: name!, label: `${name} [${shape.join(", ")}]` }))}
          onChange={(name) =>
            numbers.choose(
              name,
              parameters.find((one) => one.name === name)!.shape.map(() => 0),
            )
          }
        />
        {parameter.shape.map((extent, axis) => (
          <NumberField
            key={axis}
            label={own.position(axis)}
            value={index[axis]! + 1}
            from={1}
            to={extent}
            isWhole
            width={4}
            onChange={(value) =>
              numbers.choose(
                parameter.name!,
                index.map((old, i) => (i === axis ? value - 1 : old)),
              )
            }
          />
        ))}
      </div>
      <p class="label">{own.chooseWords}</p>
    </div>
  );
}

function TensorTable({ whole }: { readonly whole: Explained }) {
  const [isOpen, setOpen] = useState(false);
  const { tensors: own } = words.numbers;
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="label">{own.table}</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <section class="scroll" tabIndex={0} aria-label={own.table}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{own.columns.op}</th>
                <th scope="col">{own.columns.layer}</th>
                <th scope="col" class="n">
                  {own.columns.shape}
                </th>
                <th scope="col" class="n">
                  {own.columns.size}
                </th>
                <th scope="col" class="n">
                  {own.columns.gradient}
                </th>
              </tr>
            </thead>
            <tbody>
              {whole.tensors.map(({ id, op, inputs, layer, name, shape, norm, gradientNorm }) => (
                <tr key={id}>
                  <td>
                    %{id} = {op}
                    {inputs.length > 0 && `(${inputs.map((input) => `%${input}`).join(", ")})`}
                  </td>
                  <td>{name ?? layer}</td>
                  <td class="n">[{shape.join(", ")}]</td>
                  <td class="n value">{brief(norm)}</td>
                  <td class="n gradient">{gradientNorm !== undefined && brief(gradientNorm)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
