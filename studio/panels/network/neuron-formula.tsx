import type { Net, Unit } from "./net.ts";

/** What a neuron computes, in symbols, by its activation. */
export function NeuronFormula({ net, chosen: { layer, unit } }: { readonly net: Net; readonly chosen: Unit }) {
  const { activation, hasBias = true } = net.layers[layer - 1]!;
  const number = String(unit + 1);
  const z = (
    <msub>
      <mi>z</mi>
      <mn>{number}</mn>
    </msub>
  );
  const sum = (
    <mrow>
      <munder>
        <mo>∑</mo>
        <mi>j</mi>
      </munder>
      <msub>
        <mi>w</mi>
        <mrow>
          <mn>{number}</mn>
          <mi>j</mi>
        </mrow>
      </msub>
      <msub>
        <mi>{layer === 1 ? "x" : "a"}</mi>
        <mi>j</mi>
      </msub>
      {hasBias && (
        <>
          <mo>+</mo>
          <msub>
            <mi>b</mi>
            <mn>{number}</mn>
          </msub>
        </>
      )}
    </mrow>
  );
  const a = (
    <msub>
      <mi>a</mi>
      <mn>{number}</mn>
    </msub>
  );
  if (activation === "linear")
    return (
      <math>
        {a}
        <mo>=</mo>
        {sum}
      </math>
    );
  if (activation === "maxout")
    return (
      <math>
        {a}
        <mo>=</mo>
        <mi mathvariant="normal">max</mi>
        <mo>(</mo>
        {sum}
        <mo>,</mo>
        <mo>…</mo>
        <mo>)</mo>
      </math>
    );
  if (activation === "softmax")
    return (
      <>
        <math>
          {a}
          <mo>=</mo>
          <msup>
            <mi>e</mi>
            {z}
          </msup>
          <mo>/</mo>
          <munder>
            <mo>∑</mo>
            <mi>k</mi>
          </munder>
          <msup>
            <mi>e</mi>
            <msub>
              <mi>z</mi>
              <mi>k</mi>
            </msub>
          </msup>
        </math>
        <math>
          {z}
          <mo>=</mo>
          {sum}
        </math>
      </>
    );
  return (
    <math>
      {a}
      <mo>=</mo>
      {activation === "sigmoid" ? <mi>σ</mi> : <mi mathvariant="normal">{signs[activation]}</mi>}
      <mo>(</mo>
      {sum}
      <mo>)</mo>
    </math>
  );
}

/** Names of the functions, as books write them. */
const signs = {
  tanh: "tanh",
  relu: "ReLU",
  leakyRelu: "LeakyReLU",
  elu: "ELU",
  softplus: "softplus",
} as const;
