import { type Dataset, type Model, NablaError } from "nabla";
import { type Explanation, explain } from "nabla/explain";
import { exampleOf } from "./example.ts";
import type { Explained, ExplainedNode, ExplanationArgs, Sentences } from "./explained.ts";

/** Up to so many parameters the multiplications of all paths are counted without being asked for. */
const mostCounted = 5_000;
/** Steps of one number's derivation that are worth drawing, and are computed while somebody waits. */
const mostSteps = 400_000;

/** One training step on one example with the weights as they are now: nabla's own explanation, as plain data. */
export function explanation(
  { model, data }: { readonly model: Model; readonly data: Dataset },
  args: ExplanationArgs,
): Explained {
  const whole = explain(model, exampleOf(data, args));
  if (args.only) {
    checkSteps(whole, args.only.name);
    return explained(whole.scalar(args.only.name, args.only.index));
  }
  if (whole.level === "scalar" || args.isCounted || whole.about.parameters <= mostCounted) return explained(whole);
  const { level, about, tensors, phases } = whole;
  return {
    level,
    about,
    tensors,
    phases,
    nodes: [],
    edges: [],
    parameters: [],
    multiplications: null,
    sentences: { forward: {}, backward: {}, update: {}, result: "" },
  };
}

function explained(one: Explanation): Explained {
  const json = one.toJSON() as Omit<Explained, "sentences">;
  // of one number alone, uses are counted within what is told, which says nothing of the net
  const nodes = one.about.only ? json.nodes.map((node) => ({ ...node, uses: 0 })) : json.nodes;
  return { ...json, nodes, sentences: sentencesOf(one, json) };
}

/** The lines about each number; each line begins with the symbol it explains. */
function sentencesOf(one: Explanation, { level, nodes, phases }: Omit<Explained, "sentences">): Sentences {
  if (level === "tensor") return { forward: {}, backward: {}, update: {}, result: "" };
  const lines = one.toText({ columns: 100_000, products: 0 }).split("\n");
  const starts = (head: string, from = 0): number => lines.findIndex((line, i) => i >= from && line.startsWith(head));
  const backwardAt = Math.max(starts("2. "), starts("Back from the loss"));
  const chainAt = Math.max(starts("3. "), starts("Chain rule"));
  const updateAt = Math.max(starts("4. "), starts("Update"));
  const within = (from: number, to: number, head: string): string | undefined =>
    lines.slice(from, to).find((line) => line.startsWith(head));
  const byId = (ids: readonly number[], find: (node: ExplainedNode) => string | undefined) =>
    Object.fromEntries(
      ids.flatMap((id) => {
        const line = find(nodes[id]!);
        return line === undefined ? [] : [[id, line]];
      }),
    );
  const chain = lines.slice(chainAt, updateAt);
  return {
    forward: byId(phases.forward, ({ symbol }) => within(0, backwardAt, `${symbol.text} = `)),
    backward: {
      ...byId(phases.backward, ({ gradientSymbol }) => within(backwardAt, chainAt, `${gradientSymbol?.text} = `)),
      ...byId(phases.update, ({ gradientSymbol }) =>
        // the line with re-use, where there is one, stands after that with every path
        chain.findLast((line) => line.startsWith(`${gradientSymbol?.text} = `)),
      ),
    },
    update: byId(phases.update, ({ symbol }) => within(updateAt, lines.length, `${symbol.text} ← `)),
    result: lines.find((line) => line.startsWith("With ") && line.includes(" made, L ")) ?? "",
  };
}

/** A number of an early layer of a wide net leads to all numbers behind it. */
function checkSteps({ about }: Explanation, name: string): void {
  const sizes = about.layers.map(({ output }) => output.reduce((a, b) => a * b, 1));
  const first = about.layers.findIndex((layer) => name.startsWith(`${layer.name}/`));
  let steps = 0;
  for (let i = first + 2; i < sizes.length; i++)
    steps += sizes[i]! * (about.layers[i]!.parameters > 0 ? sizes[i - 1]! : 1);
  if (steps <= mostSteps) return;
  throw new NablaError("LIMIT", `${steps.toLocaleString("en")} steps lead from this number to the loss`, {
    expected: `at most ${mostSteps.toLocaleString("en")}`,
    received: steps.toLocaleString("en"),
    hint: "Choose a number of a later layer.",
  });
}
