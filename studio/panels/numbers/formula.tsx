import { type ComponentChild, h } from "preact";
import type { Written } from "../../worker/views/explained.ts";

/** Elements of MathML Core that nabla writes; nothing else is taken over, and no attribute at all. */
const known = new Set(["mrow", "mi", "mn", "mo", "mtext", "msub", "msup", "msubsup", "mfrac", "msqrt"]);
const made = new Map<string, ComponentChild>();

/** A symbol or a formula, as nabla writes it in MathML; its text is what is searched and copied where that is not shown. */
export function Formula({ of, isInParentheses = false }: { readonly of: Written; readonly isInParentheses?: boolean }) {
  const content = contentOf(of);
  return h("math", {}, isInParentheses ? [h("mo", {}, "("), content, h("mo", {}, ")")] : content);
}

function contentOf({ mathml, text }: Written): ComponentChild {
  const found = made.get(mathml);
  if (found !== undefined) return found;
  const root = new DOMParser().parseFromString(
    `<math xmlns="http://www.w3.org/1998/Math/MathML">${mathml}</math>`,
    "application/xml",
  ).documentElement;
  const isGood = root.localName === "math" && root.querySelector("parsererror") === null;
  const content = isGood ? [...root.childNodes].map(elementOf) : h("mtext", {}, text);
  if (made.size > 2000) made.clear();
  made.set(mathml, content as ComponentChild);
  return content as ComponentChild;
}

function elementOf(node: ChildNode): ComponentChild {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element) || !known.has(node.localName)) return node.textContent;
  return h(node.localName, {}, [...node.childNodes].map(elementOf));
}
