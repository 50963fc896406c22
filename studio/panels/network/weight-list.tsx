import { useMemo, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { useSlow } from "../../app/use-slow.ts";
import { setNetwork } from "../../state/commands.ts";
import { IconButton, NumberField } from "../../view/controls.tsx";
import { figure } from "../../view/figures.ts";
import { words } from "../../words.ts";
import type { ShownWeights } from "../../worker/views/weights.ts";
import { type Net, type Unit, unitName } from "./net.ts";

/** Weights that are shown at once; the others are a page away. */
const onPage = 16;

/** What goes into a neuron: each weight as a bar from 0, and as a number that can be typed. */
export function WeightList({ net, chosen }: { readonly net: Net; readonly chosen: Unit }) {
  const { store, training } = useStudio();
  const [page, setPage] = useState(0);
  const { layer, unit } = chosen;
  const inputs = net.units[layer - 1]!;
  const outs = net.units[layer + 1];
  const { hasBias = true, activation } = net.layers[layer - 1]!;
  const { weight, bias } = net.places[layer - 1]!;
  const pages = Math.ceil(inputs / onPage);
  const first = Math.min(page, pages - 1) * onPage;
  const last = Math.min(inputs, first + onPage);
  const picked = store.state.value.look.weight;
  const change = async (parameter: string, index: readonly number[], value: number): Promise<void> => {
    const at = training.snapshot.peek();
    if (at && at.step === 0 && at.example === 0) {
      // before the first step a weight belongs to the start, so that undo and links have it
      const all = (await training.ask<Readonly<Record<string, Float32Array>>>("parameters"))[parameter];
      if (!all) return;
      const values = Array.from(all, shortest);
      values[index.length === 1 ? index[0]! : index[0]! * inputs + index[1]!] = value;
      const { start } = store.state.peek().network;
      store.change(words.network.did.weight, setNetwork({ start: { ...start, [parameter]: values } }));
      return;
    }
    await training.setWeight(parameter, index, value);
  };
  return (
    <div class="weights">
      <div class="row between">
        <h3>
          {words.network.weightsIn(inputs, hasBias)}
          {activation === "maxout" && words.network.firstSum}
        </h3>
        {pages > 1 && (
          <span class="row">
            <IconButton
              icon="back"
              label={words.network.pageBack}
              isDisabled={first === 0}
              onPress={() => setPage(first / onPage - 1)}
            />
            <span class="label">{words.network.page(first + 1, last, inputs)}</span>
            <IconButton
              icon="forward"
              label={words.network.pageForward}
              isDisabled={last === inputs}
              onPress={() => setPage(first / onPage + 1)}
            />
          </span>
        )}
      </div>
      <Rows
        net={net}
        chosen={chosen}
        first={first}
        last={last}
        picked={picked?.name === weight && picked.index[0] === unit ? picked.index[1] : undefined}
        onChange={(from, value) => void (from < 0 ? change(bias, [unit], value) : change(weight, [unit, from], value))}
      />
      {outs !== undefined && outs <= 64 && <WeightsOut net={net} chosen={chosen} />}
    </div>
  );
}

function Rows({
  net,
  chosen: { layer, unit },
  first,
  last,
  picked,
  onChange,
}: {
  readonly net: Net;
  readonly chosen: Unit;
  readonly first: number;
  readonly last: number;
  readonly picked: number | undefined;
  /** −1 is the bias. */
  readonly onChange: (from: number, value: number) => void;
}) {
  const { training } = useStudio();
  const shown = useSlow(useMemo(() => training.view<readonly ShownWeights[]>("weights"), [training])).value?.[
    layer - 1
  ];
  const row = shown?.row;
  if (!shown || !row || row.length !== net.units[layer - 1]) return null;
  const bias = shown.bias?.[unit];
  let most = Math.abs(bias ?? 0);
  for (const weight of row) most = Math.max(most, Math.abs(weight));
  const from = Array.from({ length: last - first }, (_, i) => first + i);
  return (
    <ul class="weight-rows">
      {from.map((input) => (
        <li key={input} class={input === picked ? "weight-row picked" : "weight-row"}>
          <span class="weight-name" aria-hidden="true" title={unitName(net, { layer: layer - 1, unit: input })}>
            {layer === 1 && net.columns[input] !== undefined ? (
              net.columns[input]
            ) : (
              <math>
                <msub>
                  <mi>w</mi>
                  <mn>{String(input + 1)}</mn>
                </msub>
              </math>
            )}
          </span>
          <Bar value={row[input]!} most={most} />
          <NumberField
            label={words.network.weightFrom(unitName(net, { layer: layer - 1, unit: input }))}
            isLabelShown={false}
            width={8}
            from={-1e6}
            to={1e6}
            value={shortest(row[input]!)}
            shown={figure(row[input]!, 3)}
            onChange={(value) => onChange(input, value)}
          />
        </li>
      ))}
      {bias !== undefined && (
        <li class="weight-row">
          <span class="weight-name" aria-hidden="true">
            <math>
              <mi>b</mi>
            </math>
          </span>
          <Bar value={bias} most={most} />
          <NumberField
            label={words.network.bias}
            isLabelShown={false}
            width={8}
            from={-1e6}
            to={1e6}
            value={shortest(bias)}
            shown={figure(bias, 3)}
            onChange={(value) => onChange(-1, value)}
          />
        </li>
      )}
    </ul>
  );
}

/** From the middle to the right where positive, to the left where negative. */
function Bar({ value, most }: { readonly value: number; readonly most: number }) {
  const share = most > 0 ? Math.round((500 * Math.abs(value)) / most) / 10 : 0;
  return (
    <span class="weight-bar" aria-hidden="true">
      <i
        class={value < 0 ? "negative" : ""}
        style={{ width: `${share}%`, left: value < 0 ? `${50 - share}%` : "50%" }}
      />
    </span>
  );
}

/** Where the neuron goes, in words: for eyes the lines say it. */
function WeightsOut({ net, chosen: { layer, unit } }: { readonly net: Net; readonly chosen: Unit }) {
  const { training } = useStudio();
  if (training.isPlaying.value) return null;
  const column = training.view<readonly ShownWeights[]>("weights").value?.[layer]?.column;
  if (!column || column.length !== net.units[layer + 1]) return null;
  return (
    <details>
      <summary class="label">{words.network.weightsOut(column.length)}</summary>
      <ul class="weights-out label" data-unit={unit}>
        {Array.from(column, (weight, to) => (
          <li key={to}>
            <span>{unitName(net, { layer: layer + 1, unit: to })}</span> <span>{figure(weight, 3)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The shortest number that is this float32: 0.1 for 0.10000000149. */
export function shortest(value: number): number {
  if (value === 0) return 0;
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
