import { useEffect, useMemo } from "preact/hooks";
import { useStudio } from "../app/studio.ts";
import { Check } from "../panels/numbers/check.tsx";
import { firstBad, Graph } from "../panels/numbers/graph.tsx";
import { NumbersBar } from "../panels/numbers/numbers-bar.tsx";
import { type Numbers, openNumbers } from "../panels/numbers/numbers-model.ts";
import { NumbersTable } from "../panels/numbers/numbers-table.tsx";
import { Saving } from "../panels/numbers/saving.tsx";
import { Tensors } from "../panels/numbers/tensors.tsx";
import { Update } from "../panels/numbers/update.tsx";
import { NumbersContext } from "../panels/numbers/use-numbers.ts";
import { Why } from "../panels/numbers/why.tsx";
import { lecturePresets } from "../state/presets.ts";
import { Choice } from "../view/controls.tsx";
import { Part } from "../view/panel.tsx";
import { words } from "../words.ts";

/** One example, every number in it, forwards and backwards. */
export function NumbersScreen() {
  const studio = useStudio();
  const numbers = useMemo(() => openNumbers(studio), [studio]);
  useEffect(() => numbers.dispose, [numbers]);
  return (
    <NumbersContext.Provider value={numbers}>
      <NumbersBar numbers={numbers} />
      <Panels numbers={numbers} />
    </NumbersContext.Provider>
  );
}

function Panels({ numbers }: { readonly numbers: Numbers }) {
  const whole = numbers.whole.value;
  const told = numbers.told.value;
  const problem = numbers.problem.value;
  return (
    <div class="deck numbers">
      <div>
        {whole?.level === "tensor" && <Tensors whole={whole} />}
        <Part title={words.numbers.title} explanation={<Legend />}>
          <div class="row wrap between">
            <p class="label">{words.numbers.explanation}</p>
            <LectureNets />
          </div>
          {problem && <p role="alert">{problem}</p>}
          {told ? (
            <>
              <NotFinite numbers={numbers} />
              <Graph numbers={numbers} explained={told} />
              <NumbersTable explained={told} />
            </>
          ) : (
            !problem && <p class="label">{words.numbers.waiting}</p>
          )}
        </Part>
        {told && <Why explained={told} />}
      </div>
      <div>
        {told && <Update explained={told} />}
        {told && <Check explained={told} />}
        {whole && <Saving whole={whole} />}
      </div>
    </div>
  );
}

function Legend() {
  const { legend } = words.numbers;
  return (
    <span class="legend number-legend">
      <span>
        <i class="key-value" />
        {legend.value}
      </span>
      <span class="gradient">
        <i class="key-gradient" />
        {legend.gradient}
      </span>
      <span>
        <i class="key-reused" />
        {legend.reused}
      </span>
    </span>
  );
}

/** The lecture's nets, each a state like any other. */
function LectureNets() {
  const { store } = useStudio();
  const { numbers } = words;
  return (
    <Choice
      label={numbers.nets}
      value=""
      options={[
        { value: "", label: numbers.chooseNet },
        ...lecturePresets.map(({ name }) => ({ value: name, label: numbers.net[name] ?? name })),
      ]}
      onChange={(name) => {
        const preset = lecturePresets.find((one) => one.name === name);
        if (preset) store.open(numbers.opened(numbers.net[name] ?? name), preset.state);
      }}
    />
  );
}

/** Where the computation stopped being one. */
function NotFinite({ numbers }: { readonly numbers: Numbers }) {
  const explained = numbers.told.value!;
  const bad = firstBad(explained, numbers.shown.value!);
  if (bad === undefined) return null;
  const { symbol, value } = explained.nodes[bad]!;
  const say = Number.isFinite(value) ? words.numbers.tooLarge : words.numbers.notFinite;
  return (
    <p class="bad" role="alert">
      {say(symbol.text)}
    </p>
  );
}
