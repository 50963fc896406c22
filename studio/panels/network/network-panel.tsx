import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useId, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { parameterSum } from "../../state/layers.ts";
import { figure, whole } from "../../view/figures.ts";
import { Panel } from "../../view/panel.tsx";
import { DataTable } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import type { Maps } from "../../worker/views/maps.ts";
import type { ShownWeights } from "../../worker/views/weights.ts";
import { chosenUnit, type Net, useNet } from "./net.ts";
import { NetDrawing } from "./net-drawing.tsx";
import { NeuronDetails } from "./neuron-details.tsx";

/** The net as a drawing to build on, and the chosen neuron with all its numbers. */
export function NetworkPanel() {
  const { store } = useStudio();
  const net = useNet();
  const chosen = chosenUnit(store.state.value, net);
  const delta = useSignal<number | undefined>(undefined);
  const summary = useId();
  return (
    <Panel name="network" explanation={<ParameterSum net={net} />}>
      <p class="spoken" id={summary}>
        {words.network.summary(net.units.join(" → "), whole(parameterSum(net.units[0]!, net).total))}{" "}
        {words.network.edges}
      </p>
      <NetDrawing net={net} chosen={chosen} delta={delta} summary={summary} />
      <NeuronDetails net={net} chosen={chosen} delta={delta} />
      <NeuronTable net={net} />
    </Panel>
  );
}

/** How many numbers the net has, layer by layer: 2·8 + 8 + 8·3 + 3 = 51 parameters. */
function ParameterSum({ net }: { readonly net: Net }) {
  const { terms, total } = parameterSum(net.units[0]!, net);
  return (
    <span class="parameter-sum">
      {terms.map(({ from, units, hasBias, sums }, i) => (
        <Fragment key={i}>
          {i > 0 && <span class="plus"> + </span>}
          <span class="term">
            {sums > 1 && `${sums}·(`}
            {whole(from)}·{whole(units)}
            {hasBias && ` + ${whole(units)}`}
            {sums > 1 && ")"}
          </span>
        </Fragment>
      ))}
      <span class="plus"> = </span>
      <span class="total">
        {whole(total)} {words.network.explanation}
      </span>
    </span>
  );
}

/** Every neuron in figures, behind a button. */
function NeuronTable({ net }: { readonly net: Net }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="neuron-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="label">
        {words.table.open}
        <span class="spoken">: {words.network.tableName}</span>
      </summary>
      {isOpen && <NeuronRows net={net} />}
    </details>
  );
}

function NeuronRows({ net }: { readonly net: Net }) {
  const { training } = useStudio();
  const values = training.view<readonly Float32Array[]>("activations").value;
  const maps = training.view<Maps>("maps").value;
  const weights = training.view<readonly ShownWeights[]>("weights").value;
  const isWhole = maps?.layers.length === net.units.length;
  const rows = net.units.flatMap((units, layer) =>
    Array.from({ length: Math.min(units, 200) }, (_, unit) => {
      const shown = isWhole ? maps.layers[layer] : undefined;
      return [
        net.names[layer]!,
        unit + 1,
        figure(values?.[layer]?.[unit] ?? Number.NaN),
        figure(shown?.low[unit] ?? Number.NaN),
        figure(shown?.high[unit] ?? Number.NaN),
        layer === 0 ? "" : figure(weights?.[layer - 1]?.bias?.[unit] ?? Number.NaN),
      ];
    }),
  );
  return <DataTable caption={words.network.tableName} columns={words.network.tableColumns} rows={rows} />;
}
