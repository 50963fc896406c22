import { TextButton } from "../../view/controls.tsx";
import { Part } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import type { Explained, ExplainedNode } from "../../worker/views/explained.ts";
import { type DerivationFactor, type Path, paths, reuses, telling } from "./derivation.ts";
import { Formula } from "./formula.tsx";
import { factor as factorText, numberText } from "./number-words.ts";
import type { Numbers } from "./numbers-model.ts";
import { useNumbers } from "./use-numbers.ts";

/** Products that are shown when every path is multiplied out. */
const mostShown = 16;

/** Why a gradient is what it is: the chain rule in symbols, in numbers, and its result. */
export function Why({ explained }: { readonly explained: Explained }) {
  const numbers = useNumbers();
  const node = numbers.selected.value;
  if (!node || node.gradient === undefined) return null;
  const parameter = explained.parameters.find((one) => one.node === node.id);
  const { isExpanded } = numbers.look.value;
  const note = parameter
    ? words.numbers.why.paths(parameter.paths)
    : node.edges.length > 1
      ? words.numbers.why.terms(node.edges.length)
      : undefined;
  return (
    <Part
      title={
        <>
          {words.numbers.why.before}{" "}
          <span class="gradient-symbol">{node.gradientSymbol && <Formula of={node.gradientSymbol} />}</span>{" "}
          {words.numbers.why.after}
        </>
      }
      explanation={note}
    >
      {node.role === "loss" ? (
        <p class="prose">{words.numbers.why.lossItself}</p>
      ) : isExpanded && parameter ? (
        <Expanded numbers={numbers} explained={explained} node={node} count={parameter.paths} />
      ) : (
        <Reused numbers={numbers} explained={explained} node={node} />
      )}
      {parameter && (
        <p class="label">
          {words.numbers.why.cost(parameter.multiplications.expanded, parameter.multiplications.reused)}
        </p>
      )}
      {parameter && (
        <TextButton
          look="link"
          label={isExpanded ? words.numbers.why.fold : words.numbers.why.expand}
          onPress={() => numbers.setLook({ isExpanded: !isExpanded })}
        />
      )}
      <EdgeWords explained={explained} node={node} />
      <Reuses numbers={numbers} explained={explained} />
    </Part>
  );
}

interface WhyProps {
  readonly numbers: Numbers;
  readonly explained: Explained;
  readonly node: ExplainedNode;
}

function Reused({ numbers, explained, node }: WhyProps) {
  const { terms, chain, result } = telling(explained, node.id);
  const isShown = numbers.shown.value!.gradients.has(node.id);
  const hasParentheses = terms.length > 1 && chain.length > 0;
  const known = chain.filter(({ isReused }) => isReused);
  const rest = chain.slice(known.length);
  return (
    <div class="product" data-product="reused">
      {hasParentheses && <Sign>(</Sign>}
      {terms.map((term, i) => [
        i > 0 && <Sign key={`plus ${i}`}>+</Sign>,
        ...term.map((one, k) => [
          k > 0 && <Sign key={`dot ${i} ${k}`}>·</Sign>,
          <FactorColumn
            key={`${i} ${k}`}
            numbers={numbers}
            factor={one}
            isFirst={i === 0 && k === 0}
            isShown={isShown}
          />,
        ]),
      ])}
      {hasParentheses && <Sign>)</Sign>}
      {terms.length > 0 && chain.length > 0 && <Sign>·</Sign>}
      {known.length > 0 && (
        <span class="known-group">
          <span class="caption">{words.numbers.why.knownProduct}</span>
          <Chain numbers={numbers} factors={known} isFirst isShown={isShown} />
        </span>
      )}
      {known.length > 0 && rest.length > 0 && <Sign>·</Sign>}
      <Chain numbers={numbers} factors={rest} isFirst={terms.length === 0 && known.length === 0} isShown={isShown} />
      <Sign>=</Sign>
      <span class="factor result" data-result={isShown ? numberText(result.value) : undefined}>
        <span class="caption">{words.numbers.why.result}</span>
        <span class="symbol">
          <Formula of={result.symbol} />
        </span>
        <span class="amount gradient">{isShown && numberText(result.value)}</span>
      </span>
    </div>
  );
}

function Chain({
  numbers,
  factors,
  isFirst,
  isShown,
}: {
  readonly numbers: Numbers;
  readonly factors: readonly DerivationFactor[];
  readonly isFirst: boolean;
  readonly isShown: boolean;
}) {
  return (
    <>
      {factors.map((one, i) => [
        i > 0 && <Sign key={`dot ${i}`}>·</Sign>,
        <FactorColumn key={i} numbers={numbers} factor={one} isFirst={isFirst && i === 0} isShown={isShown} />,
      ])}
    </>
  );
}

const Sign = ({ children }: { readonly children: string }) => (
  <span class="sign" aria-hidden="true">
    <span>{children}</span>
    <span>{children}</span>
  </span>
);

function FactorColumn({
  numbers,
  factor,
  isFirst,
  isShown,
}: {
  readonly numbers: Numbers;
  readonly factor: DerivationFactor;
  readonly isFirst: boolean;
  readonly isShown: boolean;
}) {
  const { kind, symbol, value, edge, node, uses, of } = factor;
  const isAlone = kind === "known";
  const { pointed } = numbers;
  const isPointed =
    (edge !== undefined && pointed.value.edges.includes(edge)) || (node !== undefined && pointed.value.node === node);
  const point = () => {
    pointed.value = { edges: edge === undefined ? [] : [edge], node };
  };
  const leave = () => {
    pointed.value = { edges: [] };
  };
  return (
    <button
      type="button"
      class={["factor", kind, isPointed && "pointed"].filter(Boolean).join(" ")}
      data-edge={edge}
      data-value={isShown ? value : undefined}
      aria-label={`${words.numbers.why.factors[kind]}${of ? ` ${of.text}` : ""}: ${symbol.text}${isShown ? ` = ${numberText(value)}` : ""}`}
      aria-describedby={edge === undefined ? undefined : `edge-words-${edge}`}
      onPointerEnter={point}
      onPointerLeave={leave}
      onFocus={point}
      onBlur={leave}
      onClick={() => focusInGraph(numbers, factor)}
    >
      <span class="caption">
        {words.numbers.why.factors[kind]} {of && <Formula of={of} />}
        {kind === "known" && uses > 1 && <span class="again">{words.numbers.why.used(uses)}</span>}
      </span>
      <span class="symbol">
        <Formula of={symbol} isInParentheses={!isAlone && isSum(symbol.text)} />
      </span>
      <span class={kind === "known" || kind === "loss" || kind === "penalty" ? "amount gradient" : "amount value"}>
        {isShown && factorText(value, isFirst)}
      </span>
    </button>
  );
}

/** Whether a formula is a sum when what is within parentheses is left out. */
const isSum = (text: string): boolean => / [+−] /.test(text.replace(/\([^()]*\)/g, "").replace(/\([^()]*\)/g, ""));

/** From a factor to the place in the graph that it stands for. */
function focusInGraph(numbers: Numbers, { edge, node }: DerivationFactor): void {
  const explained = numbers.told.peek();
  if (!explained) return;
  const own = edge === undefined ? node : explained.edges[edge]!.child;
  document.getElementById(`number-${own}`)?.focus();
}

/** What an edge is, in words that factors are described by. */
function EdgeWords({ explained, node }: { readonly explained: Explained; readonly node: ExplainedNode }) {
  const { terms, chain } = telling(explained, node.id);
  const every =
    paths(explained, node.id)
      ?.slice(0, mostShown)
      .flatMap(({ factors }) => factors) ?? [];
  const ids = new Set([...terms.flat(), ...chain, ...every].flatMap(({ edge }) => edge ?? []));
  return (
    <div hidden>
      {[...ids].map((id) => {
        const { parent, child, value } = explained.edges[id]!;
        const [to, from] = [explained.nodes[parent]!.symbol.text, explained.nodes[child]!.symbol.text];
        return (
          <span key={id} id={`edge-words-${id}`}>
            {words.numbers.edge(from, to, numberText(value))}
          </span>
        );
      })}
    </div>
  );
}

function Expanded({ numbers, explained, node, count }: WhyProps & { readonly count: number }) {
  const products = paths(explained, node.id);
  if (!products) return <p class="prose">{words.numbers.why.tooMany(count)}</p>;
  const isShown = numbers.shown.value!.gradients.has(node.id);
  return (
    <div class="paths scroll" data-product="expanded">
      {products.slice(0, mostShown).map((path, i) => (
        <PathProduct key={i} numbers={numbers} path={path} isFirst={i === 0} isShown={isShown} />
      ))}
      {products.length > mostShown && <p class="label">{words.numbers.why.more(products.length - mostShown)}</p>}
      <p class="path-sum">
        = <span class="gradient">{isShown && numberText(node.gradient!)}</span>
      </p>
    </div>
  );
}

function PathProduct({
  numbers,
  path,
  isFirst,
  isShown,
}: {
  readonly numbers: Numbers;
  readonly path: Path;
  readonly isFirst: boolean;
  readonly isShown: boolean;
}) {
  const reused = path.factors.filter(({ isReused }) => isReused);
  const rest = path.factors.slice(reused.length);
  return (
    <div class="path">
      <Sign>{isFirst ? " " : "+"}</Sign>
      {reused.length > 0 && (
        <span class="known-group">
          <Chain numbers={numbers} factors={reused} isFirst isShown={isShown} />
        </span>
      )}
      {reused.length > 0 && rest.length > 0 && <Sign>·</Sign>}
      <Chain numbers={numbers} factors={rest} isFirst={reused.length === 0} isShown={isShown} />
      <Sign>=</Sign>
      <span class="factor result">
        <span class="caption" />
        <span class="symbol" />
        <span class="amount gradient">{isShown && numberText(path.value)}</span>
      </span>
    </div>
  );
}

/** What is computed once, and where it is used. */
function Reuses({ numbers, explained }: { readonly numbers: Numbers; readonly explained: Explained }) {
  const rows = reuses(explained);
  const { why } = words.numbers;
  if (explained.about.only) return null; // uses are counted within what is told
  if (rows.length === 0) return <p class="label">{why.none}</p>;
  const shown = numbers.shown.value!;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll reuses" tabIndex={0} aria-label={`${why.once}, ${why.thenUsed}`}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{why.once}</th>
            <th scope="col" class="n">
              {why.valueColumn}
            </th>
            <th scope="col">{why.thenUsed}</th>
            <th scope="col" class="n">
              {why.timesColumn}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ node, symbol, gradient, usedIn }) => (
            <tr key={node}>
              <td>
                <button
                  type="button"
                  class="known-symbol"
                  aria-label={symbol.text}
                  onClick={() => numbers.select(explained.nodes[node]!)}
                >
                  <Formula of={symbol} />
                </button>
              </td>
              <td class="n gradient">{shown.gradients.has(node) && numberText(gradient)}</td>
              <td>
                <span class="used-in">
                  {usedIn.map((use) => (
                    <span key={use.node}>
                      {!use.isShort && "∂"}
                      <Formula of={use.symbol} />
                    </span>
                  ))}
                </span>
              </td>
              <td class="n reused">{words.numbers.times(usedIn.length)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
