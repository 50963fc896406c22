// biome-ignore-all lint/a11y/useSemanticElements: the head of a column of the drawing is no cell of a table
// biome-ignore-all lint/a11y/useFocusableInteractive: what is in these cells takes the focus
import { useStudio } from "../../app/studio.ts";
import { addLayer, removeLayer, setActivation, setUnits } from "../../state/commands.ts";
import { limits } from "../../state/limits.ts";
import { activationChoices } from "../../state/workbench.ts";
import { Choice, IconButton, NumberField } from "../../view/controls.tsx";
import { whole } from "../../view/figures.ts";
import { words } from "../../words.ts";
import type { Net } from "./net.ts";

/** What stands over a column: its name, its activation and shape, how many units; and before it, a way to put another layer. */
export function LayerHead({
  net,
  layer,
  middle,
  pitch,
}: {
  readonly net: Net;
  readonly layer: number;
  readonly middle: number;
  readonly pitch: number;
}) {
  const { store } = useStudio();
  const name = net.names[layer]!;
  const units = net.units[layer]!;
  const isHidden = layer > 0 && layer < net.units.length - 1;
  const width = Math.min(pitch - 32, 168);
  const setTo = (next: number, mergeKey?: string): void =>
    store.change(words.network.did.units(name, units, next), setUnits(layer - 1, next), mergeKey);
  return (
    <>
      {layer > 0 && (
        <span class="layer-add" role="gridcell" style={{ left: `${middle - pitch / 2}px` }}>
          <IconButton
            icon="plus"
            label={words.network.addLayer(name)}
            isDisabled={net.layers.length >= limits.layers}
            onPress={() => store.change(words.network.did.add, addLayer(layer - 1))}
          />
        </span>
      )}
      <div class="layer-head" role="rowheader" style={{ left: `${middle - width / 2}px`, width: `${width}px` }}>
        <span class="layer-name">{name}</span>
        {layer === 0 ? (
          <span class="label">{words.network.numbers(units)}</span>
        ) : (
          <span class="label layer-shape">
            <Choice
              label={words.network.activation(name)}
              isLabelShown={false}
              value={net.layers[layer - 1]!.activation}
              options={activationChoices.map((value) => ({ value, label: value }))}
              onChange={(activation) =>
                store.change(
                  words.network.did.activation(name, net.layers[layer - 1]!.activation, activation),
                  setActivation(layer - 1, activation),
                )
              }
            />
            <span>
              {whole(net.units[layer - 1]!)} → {whole(units)}
            </span>
          </span>
        )}
        {isHidden && (
          <span class="layer-units">
            <IconButton
              icon="minus"
              label={words.network.fewer(name)}
              isDisabled={units <= 1}
              onPress={() => setTo(units - 1)}
            />
            <NumberField
              label={words.network.units(name)}
              isLabelShown={false}
              isWhole
              from={1}
              to={limits.units}
              width={Math.max(2, String(units).length + 1)}
              value={units}
              onChange={(next) => setTo(next)}
            />
            <IconButton icon="plus" label={words.network.more(name)} onPress={() => setTo(units + 1)} />
            <span class="layer-remove">
              <IconButton
                icon="close"
                label={words.network.removeLayer(name)}
                onPress={() => store.change(words.network.did.remove(name), removeLayer(layer - 1))}
              />
            </span>
          </span>
        )}
      </div>
    </>
  );
}
