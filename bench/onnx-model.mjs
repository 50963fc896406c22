/**
 * The bytes of an ONNX model for a net of dense layers, ReLU between them and softmax at the end. The file is a protocol
 * buffer; field numbers are those of onnx.proto3 (ModelProto, GraphProto, NodeProto, TensorProto, AttributeProto).
 */

/** `list`: weight [units, features] and bias [units] of each layer, in order, as { shape, data }. */
export function onnxModel(list) {
  const layers = list.length / 2;
  const nodes = [];
  const tensors = [];
  let value = "x";
  for (let i = 0; i < layers; i++) {
    const [weight, bias] = [list[2 * i], list[2 * i + 1]];
    tensors.push(tensor(`w${i}`, weight), tensor(`b${i}`, bias));
    nodes.push(node("Gemm", [value, `w${i}`, `b${i}`], `z${i}`, [integerAttribute("transB", 1)]));
    const isLast = i === layers - 1;
    nodes.push(node(isLast ? "Softmax" : "Relu", [`z${i}`], isLast ? "y" : `a${i}`, []));
    value = `a${i}`;
  }
  const graph = [
    ...nodes.map((bytes) => field(1, bytes)),
    field(2, text("net")),
    ...tensors.map((bytes) => field(5, bytes)),
    field(11, valueInfo("x", list[0].shape[1])),
    field(12, valueInfo("y", list.at(-1).shape[0])),
  ];
  return join([number(1, 8), field(7, join(graph)), field(8, join([number(2, 13)]))]);
}

function node(operator, inputs, output, attributes) {
  return join([
    ...inputs.map((name) => field(1, text(name))),
    field(2, text(output)),
    field(4, text(operator)),
    ...attributes.map((bytes) => field(5, bytes)),
  ]);
}

const integerAttribute = (name, value) => join([field(1, text(name)), number(3, value), number(20, 2)]);

function tensor(name, { shape, data }) {
  const raw = new Uint8Array(Float32Array.from(data).buffer);
  return join([...shape.map((extent) => number(1, extent)), number(2, 1), field(8, text(name)), field(9, raw)]);
}

/** float32 of shape [n, width]; n is left open. */
function valueInfo(name, width) {
  const shape = join([field(1, field(2, text("n"))), field(1, number(1, width))]);
  return join([field(1, text(name)), field(2, field(1, join([number(1, 1), field(2, shape)])))]);
}

const text = (value) => new TextEncoder().encode(value);

function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

const number = (id, value) => Uint8Array.from([...varint(id * 8), ...varint(value)]);

const field = (id, bytes) => join([Uint8Array.from([...varint(id * 8 + 2), ...varint(bytes.length)]), bytes]);

function join(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
