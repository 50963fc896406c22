import { useCallback } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { figure } from "../../view/figures.ts";
import { palette } from "../../view/palette.ts";
import { Part } from "../../view/panel.tsx";
import { Picture } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import { type Desk, deskOf } from "./desk.ts";
import { inkAt, tableOf } from "./pad.tsx";
import { paintPicture, signScale } from "./paint.ts";
import { type Product, productOf } from "./product.ts";
import { unitName } from "./template-panel.tsx";

/** One unit: the picture times its template, pixel by pixel, and the sum that is its score. */
export function UnitPanel() {
  const desk = deskOf(useStudio());
  const { at, activation } = desk.layer.value;
  const unit = desk.unit.value;
  const isDigit = at > 0 || activation === "softmax";
  const title = isDigit ? words.digits.unit.digit(unit) : words.digits.unit.title(at + 1, unit);
  return (
    <Part title={title} explanation={words.digits.unit.explanation}>
      <Multiplication desk={desk} />
    </Part>
  );
}

function Multiplication({ desk }: { readonly desk: Desk }) {
  const template = desk.template.value;
  const seen = desk.seen.value;
  if (!template || template.weights.length !== seen.pixels.length) return <p class="label">{words.loading}</p>;
  const product = productOf(seen.pixels, template.weights, template.bias);
  return (
    <div class="stack">
      <div class="digit-product">
        <ImagePicture desk={desk} />
        <span aria-hidden="true">⊙</span>
        <Signed
          name={words.digits.unit.template}
          summary={words.digits.unit.templateSummary(figure(template.largest, 3))}
          values={template.weights}
          largest={template.largest}
        />
        <span aria-hidden="true">=</span>
        <Signed
          name={words.digits.unit.product}
          summary={words.digits.unit.productSummary(figure(product.speaksFor), figure(product.speaksAgainst))}
          values={product.terms}
          largest={template.largest}
        />
        <Sums desk={desk} product={product} isExact={template.kind === "weights"} />
      </div>
      {template.kind !== "weights" && <p class="label">{words.digits.unit.approximate}</p>}
    </div>
  );
}

function ImagePicture({ desk }: { readonly desk: Desk }) {
  const colours = palette().value;
  const seen = desk.seen.value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number) =>
      paintPicture(context, seen.side, inkAt(seen, colours), 0, 0, width),
    [seen, colours],
  );
  return (
    <Picture
      name={words.digits.unit.image}
      summary={words.digits.unit.imageSummary(seen.pixels.filter((ink) => ink > 0).length)}
      table={() => tableOf(seen.side, seen.pixels)}
      draw={draw}
    />
  );
}

function Signed({
  name,
  summary,
  values,
  largest,
}: {
  readonly name: string;
  readonly summary: string;
  readonly values: Float32Array;
  readonly largest: number;
}) {
  const colours = palette().value;
  const side = Math.sqrt(values.length);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number) => {
      const scale = signScale(colours);
      paintPicture(context, side, (at) => scale(values[at]! / (largest || 1)), 0, 0, width);
    },
    [values, largest, colours],
  );
  return <Picture name={name} summary={summary} table={() => tableOf(side, values)} draw={draw} />;
}

const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value));

/** What speaks for and against, the bias, their sum, and what the activation makes of it: as the engine has them. */
function Sums({
  desk,
  product,
  isExact,
}: {
  readonly desk: Desk;
  readonly product: Product;
  readonly isExact: boolean;
}) {
  const answer = desk.answer.value;
  const { units, activation } = desk.layer.value;
  const unit = desk.unit.value;
  const isHere = answer !== undefined && answer.scores.length === units;
  return (
    <dl class="pairs digit-sums" aria-label={unitName(desk, unit)}>
      <dt>{words.digits.unit.speaksFor}</dt>
      <dd class="pos">{signed(product.speaksFor)}</dd>
      <dt>{words.digits.unit.speaksAgainst}</dt>
      <dd class="neg">{signed(product.speaksAgainst)}</dd>
      {isExact && (
        <>
          <dt>{words.digits.unit.bias}</dt>
          <dd data-figure="bias">{signed(product.bias)}</dd>
        </>
      )}
      <dt>
        {words.digits.unit.score}{" "}
        <math>
          <mi>z</mi>
        </math>
      </dt>
      <dd class="value" data-figure="score">
        {isHere ? figure(answer.scores[unit]!) : "–"}
      </dd>
      <dt>
        {words.digits.unit.answer} <Activation name={activation} />
      </dt>
      <dd class="value" data-figure="answer">
        {isHere ? figure(answer.answers[unit]!) : "–"}
      </dd>
    </dl>
  );
}

const symbols: Readonly<Record<string, string>> = { sigmoid: "σ", relu: "ReLU", leakyRelu: "LReLU", elu: "ELU" };

function Activation({ name }: { readonly name: string }) {
  if (name === "linear") return null;
  return (
    <math>
      <mi mathvariant={name === "sigmoid" ? undefined : "normal"}>{symbols[name] ?? name}</mi>
      <mo>(</mo>
      <mi>z</mi>
      <mo>)</mo>
    </math>
  );
}
