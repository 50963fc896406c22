import { words } from "../../words.ts";
import type { Explained, ExplainedNode } from "../../worker/views/explained.ts";
import { brief } from "./number-words.ts";
import { groupsOf } from "./steps.ts";

const digits = "₀₁₂₃₄₅₆₇₈₉";

/** The indices at a symbol's foot: "2" of a¹₂; for a weight "1,2" or "12" as it is written. */
const footOf = (text: string): string =>
  [...text]
    .map((letter) => (digits.includes(letter) ? String(digits.indexOf(letter)) : letter === "," ? "," : ""))
    .join("");

/** A layer in words: "hidden 2", "output". */
export function partOf(about: Explained["about"], layer: string): string {
  const { places } = words.numbers;
  const groups = about.layers.filter(({ parameters }) => parameters > 0).map(({ name }) => name);
  const at = groups.indexOf(groupsOf(about)(layer));
  return at === groups.length - 1 ? places.output : places.hidden(at + 1);
}

/** Where a number stands, in words: "hidden 2, neuron 1". */
export function placeOf({ about, parameters }: Explained, { role, layer, symbol, id }: ExplainedNode): string {
  const { places } = words.numbers;
  const foot = footOf(symbol.text);
  if (role === "input") return places.input(foot || "1");
  if (role === "target") return places.target(foot || "1");
  if (role === "loss") return places.loss;
  if (layer === undefined) return places.within;
  const part = partOf(about, layer);
  const parameter = parameters.find(({ node }) => node === id);
  if (parameter) {
    const kind = parameter.index.length > 1 ? places.weight : places.bias;
    return `${part}, ${places.neuron(String(parameter.index[0]! + 1))}, ${kind}${
      parameter.index.length > 1 ? ` ${parameter.index[1]! + 1}` : ""
    }`;
  }
  return foot ? `${part}, ${places.neuron(foot)}` : part;
}

/** A number as it is spoken: "a²₁, hidden 2, neuron 1, value 0.119, gradient −0.001, used 5 times". */
export function spokenNode(
  explained: Explained,
  node: ExplainedNode,
  isShown: { readonly value: boolean; readonly gradient: boolean },
): string {
  const { numbers } = words;
  const place = placeOf(explained, node);
  return [
    node.symbol.text,
    place,
    isShown.value ? numbers.value(brief(node.value)) : numbers.notYet,
    ...(node.gradient !== undefined && isShown.gradient ? [numbers.gradient(brief(node.gradient))] : []),
    ...(node.uses > 1 && node.role !== "loss" ? [numbers.usedTimes(node.uses)] : []),
  ].join(", ");
}
