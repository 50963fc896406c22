import { TextButton } from "../../view/controls.tsx";
import { whole as count } from "../../view/figures.ts";
import { Part } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import type { Explained } from "../../worker/views/explained.ts";
import { savingsOf } from "./savings.ts";
import { useNumbers } from "./use-numbers.ts";

/** The multiplications of all gradients: every path by itself, and with what is known used again. */
export function Saving({ whole }: { readonly whole: Explained }) {
  const numbers = useNumbers();
  const { saving } = words.numbers;
  const { multiplications, about } = whole;
  if (!multiplications)
    return (
      <Part title={saving.title} explanation={saving.all(about.parameters)}>
        <p class="label">{numbers.isCounted.value ? saving.tooLarge : saving.countWords}</p>
        {!numbers.isCounted.value && (
          <TextButton
            label={saving.count}
            onPress={() => {
              numbers.isCounted.value = true;
            }}
          />
        )}
      </Part>
    );
  const { expanded, reused } = multiplications;
  const share = expanded === 0 ? 1 : reused / expanded;
  return (
    <Part title={saving.title} explanation={saving.all(about.parameters)}>
      <p class="saving-line">
        <span class="figure reused" data-figure="reused">
          {count(reused)}
        </span>{" "}
        <span class="label">{saving.reused}</span>{" "}
        <span class="saving-all" data-figure="expanded">
          {count(expanded)}
        </span>
      </p>
      <div class="lanes" aria-hidden="true">
        <i class="lane again" style={{ width: `${Math.max(0.5, 100 * share)}%` }} />
        <i class="lane" />
      </div>
      {whole.level === "scalar" && <ByLayer whole={whole} />}
      <p class="label">{reused === expanded ? saving.same : saving.less(`${(100 * (1 - share)).toFixed(1)} %`)}</p>
    </Part>
  );
}

function ByLayer({ whole }: { readonly whole: Explained }) {
  const { saving } = words.numbers;
  const rows = savingsOf(whole);
  const total = whole.multiplications!;
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{saving.columns.layer}</th>
          <th scope="col" class="n">
            {saving.columns.paths}
          </th>
          <th scope="col" class="n">
            {saving.columns.expanded}
          </th>
          <th scope="col" class="n">
            {saving.columns.reused}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ layer, paths, expanded, reused }) => (
          <tr key={layer}>
            <td>{layer || saving.loss}</td>
            <td class="n">{count(paths)}</td>
            <td class="n">{count(expanded)}</td>
            <td class="n reused">{count(reused)}</td>
          </tr>
        ))}
        <tr>
          <td>{saving.total}</td>
          <td class="n" />
          <td class="n">{count(total.expanded)}</td>
          <td class="n reused">{count(total.reused)}</td>
        </tr>
      </tbody>
    </table>
  );
}
