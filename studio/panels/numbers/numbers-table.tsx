import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { words } from "../../words.ts";
import type { Explained, ExplainedNode } from "../../worker/views/explained.ts";
import { Formula } from "./formula.tsx";
import { numberText } from "./number-words.ts";
import type { Numbers } from "./numbers-model.ts";
import { partOf, spokenNode } from "./places.ts";
import { groupsOf, type Shown } from "./steps.ts";
import { useNumbers } from "./use-numbers.ts";

interface Group {
  readonly name: string;
  readonly nodes: readonly ExplainedNode[];
}

/** Every number as a row, below its layer: the graph for a screen reader, and for whoever likes a table better. */
export function NumbersTable({ explained }: { readonly explained: Explained }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="label">{words.numbers.table}</summary>
      {isOpen && <Tree explained={explained} />}
    </details>
  );
}

function Tree({ explained }: { readonly explained: Explained }) {
  const numbers = useNumbers();
  const folded = useSignal<readonly string[]>([]);
  const stop = useSignal(0);
  const shown = numbers.shown.value!;
  const groups = groupsIn(explained);
  const { tableColumns } = words.numbers;
  const rows = groups.flatMap((group) => [
    { group, node: undefined },
    ...(folded.value.includes(group.name) ? [] : group.nodes.map((node) => ({ group, node }))),
  ]);
  const at = Math.min(stop.value, rows.length - 1);
  const fold = (name: string, isFolded: boolean): void => {
    folded.value = isFolded ? [...folded.value, name] : folded.value.filter((other) => other !== name);
  };
  const press = (event: KeyboardEvent): void => {
    const { group, node } = rows[at]!;
    const isFolded = folded.value.includes(group.name);
    const keys: Readonly<Record<string, () => number>> = {
      ArrowDown: () => Math.min(at + 1, rows.length - 1),
      ArrowUp: () => Math.max(at - 1, 0),
      Home: () => 0,
      End: () => rows.length - 1,
      ArrowRight: () => {
        if (!node && isFolded) fold(group.name, false);
        return node || isFolded ? at : at + 1;
      },
      ArrowLeft: () => {
        if (!node && !isFolded) fold(group.name, true);
        return rows.findIndex((row) => row.group === group);
      },
      Enter: () => {
        if (node?.gradient !== undefined) numbers.select(node);
        return at;
      },
    };
    const action = keys[event.key === " " ? "Enter" : event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    stop.value = action();
    const table = event.currentTarget as HTMLElement;
    table.querySelectorAll<HTMLElement>("tbody tr")[stop.value]?.focus();
  };
  return (
    <div class="scroll">
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a treegrid is a table whose rows fold */}
      <table class="table numbers-table" role="treegrid" aria-label={words.numbers.table} onKeyDown={press}>
        <thead>
          <tr>
            <th scope="col">{tableColumns.number}</th>
            {(["value", "gradient", "used", "after"] as const).map((column) => (
              <th key={column} scope="col" class="n">
                {tableColumns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, node }, i) =>
            node ? (
              <NodeRow
                key={node.id}
                explained={explained}
                numbers={numbers}
                node={node}
                shown={shown}
                isStop={i === at}
                onFocus={() => {
                  stop.value = i;
                }}
              />
            ) : (
              <tr
                key={group.name}
                aria-level={1}
                aria-expanded={!folded.value.includes(group.name)}
                tabIndex={i === at ? 0 : -1}
                onFocus={() => {
                  stop.value = i;
                }}
                onClick={() => fold(group.name, !folded.value.includes(group.name))}
              >
                <th scope="row" colSpan={5}>
                  {group.name}
                </th>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function NodeRow({
  explained,
  numbers,
  node,
  shown,
  isStop,
  onFocus,
}: {
  readonly explained: Explained;
  readonly numbers: Numbers;
  readonly node: ExplainedNode;
  readonly shown: Shown;
  readonly isStop: boolean;
  readonly onFocus: () => void;
}) {
  const parameter = explained.parameters.find((one) => one.node === node.id);
  const hasGradient = node.gradient !== undefined && shown.gradients.has(node.id);
  const hasValue = shown.values.has(node.id);
  return (
    <tr
      aria-level={2}
      aria-selected={numbers.selected.value?.id === node.id}
      aria-label={spokenNode(explained, node, { value: hasValue, gradient: hasGradient })}
      tabIndex={isStop ? 0 : -1}
      data-number={node.symbol.text}
      onFocus={onFocus}
      onClick={() => node.gradient !== undefined && numbers.select(node)}
    >
      <td>
        <Formula of={node.symbol} />
      </td>
      <td class="n value">{hasValue && numberText(node.value)}</td>
      <td class="n gradient">{hasGradient && numberText(node.gradient!)}</td>
      <td class="n reused">{hasGradient && node.uses > 1 && node.role !== "loss" && words.numbers.times(node.uses)}</td>
      <td class="n value">{parameter && shown.afters.has(node.id) && numberText(parameter.after)}</td>
    </tr>
  );
}

/** What goes in, each layer with what is its own, and the loss. */
function groupsIn(explained: Explained): readonly Group[] {
  const groupOf = groupsOf(explained.about);
  const found = new Map<string, ExplainedNode[]>();
  const into = (name: string, node: ExplainedNode): void => {
    const known = found.get(name);
    if (known) known.push(node);
    else found.set(name, [node]);
  };
  for (const node of explained.nodes) {
    if (node.role === "input") into(words.numbers.tableGroups.input, node);
    else if (node.layer !== undefined && node.role !== "loss")
      into(`${partOf(explained.about, node.layer)}: ${groupOf(node.layer)}`, node);
  }
  for (const node of explained.nodes)
    if (node.role === "target" || node.role === "loss" || (node.role === "value" && node.layer === undefined))
      into(words.numbers.tableGroups.loss, node);
  return [...found].map(([name, nodes]) => ({ name, nodes }));
}
