import { useStudio } from "../../app/studio.ts";
import { setData } from "../../state/commands.ts";
import { generators } from "../../state/generators.ts";
import type { DrawnData, OwnData } from "../../state/workbench.ts";
import { IconButton, NumberField, Slider } from "../../view/controls.tsx";
import { figure, whole } from "../../view/figures.ts";
import { words } from "../../words.ts";

/** Numbers of points that the slider offers, for each class or in all. */
const counts = [2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000] as const;

type Change = Partial<Omit<DrawnData, "kind"> & Pick<OwnData, "isStandardized">>;

/** How many points are drawn, how far they stray, which of them are kept for validation. */
export function DrawSettings({ data }: { readonly data: DrawnData | OwnData }) {
  const { store } = useStudio();
  const change = (what: string, next: Change, mergeKey: string): void =>
    store.change(what, setData({ ...data, ...next } as DrawnData | OwnData), `data ${mergeKey}`);
  return (
    <div class="settings">
      {data.kind === "drawn" && <Drawing data={data} change={change} />}
      <Slider
        label={words.data.split}
        from={0}
        to={0.5}
        step={0.05}
        value={data.validation}
        shown={words.data.splitValue(data.validation)}
        onChange={(value) => change(words.data.undo.split, { validation: Math.round(100 * value) / 100 }, "split")}
      />
      <div class="row">
        <NumberField
          label={data.kind === "drawn" ? words.data.seed : words.data.seedOfSplit}
          value={data.seed}
          from={0}
          to={4_294_967_295}
          isWhole
          onChange={(seed) => change(words.data.undo.seed, { seed }, "seed")}
        />
        <IconButton
          icon="dice"
          label={words.data.undo.seed}
          onPress={() => change(words.data.undo.seed, { seed: (data.seed * 31 + 17) % 1000 }, "seed")}
        />
      </div>
      {data.kind === "own" && (
        <label class="check">
          <input
            type="checkbox"
            checked={data.isStandardized}
            onChange={({ currentTarget }) =>
              change(words.data.undo.standardize, { isStandardized: currentTarget.checked }, "standardize")
            }
          />
          {words.data.standardize}
        </label>
      )}
    </div>
  );
}

function Drawing({
  data,
  change,
}: {
  readonly data: DrawnData;
  readonly change: (what: string, next: Change, mergeKey: string) => void;
}) {
  const { generator, size, noise } = data;
  const { classes, noise: usual } = generators[generator];
  const groups = Math.max(1, classes);
  const each = Math.round(size / groups);
  const place = counts.findIndex((count) => count >= each);
  const most = generator === "blobs" ? 2 : Math.max(0.5, 4 * usual);
  return (
    <>
      <Slider
        label={classes > 0 ? words.data.perClass : words.data.size}
        from={0}
        to={counts.length - 1}
        step={1}
        value={place < 0 ? counts.length - 1 : place}
        shown={whole(each)}
        onChange={(at) => change(words.data.undo.size, { size: counts[at]! * groups }, "size")}
      />
      <Slider
        label={generator === "blobs" ? words.data.spread : words.data.noise}
        from={0}
        to={most}
        step={0.01}
        value={Math.min(noise, most)}
        shown={figure(noise, 2)}
        onChange={(value) => change(words.data.undo.noise, { noise: Math.round(100 * value) / 100 }, "noise")}
      />
    </>
  );
}
