import { useEffect, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { isReached, judge } from "../../lessons/judge.ts";
import type { LessonCheck } from "../../lessons/lesson.ts";
import type { Facts } from "../../lessons/measure.ts";
import { Icon } from "../../view/icon.tsx";
import { words } from "../../words.ts";

/** One check: a box that the engine ticks, or a field for a number that was worked out. What is done stays done. */
export function Check({ check, facts }: { readonly check: LessonCheck; readonly facts: Facts }) {
  const [isDone, setDone] = useState(false);
  const { say } = useStudio();
  const isNow = check.kind === "reach" && isReached(check, facts);
  useEffect(() => {
    if (!isNow || isDone) return;
    setDone(true);
    say(words.lessons.done(check.words));
  }, [isNow, isDone, check, say]);
  return (
    <li>
      <span class="mark-box" role="img" aria-label={isDone ? words.lessons.isDone : words.lessons.isOpen}>
        {isDone && <Icon name="check" />}
      </span>
      <span>{check.words}</span>
      {check.kind === "answer" && <Answer check={check} facts={facts} onRight={() => setDone(true)} />}
    </li>
  );
}

function Answer({
  check,
  facts,
  onRight,
}: {
  readonly check: Extract<LessonCheck, { kind: "answer" }>;
  readonly facts: Facts;
  readonly onRight: () => void;
}) {
  const [text, setText] = useState("");
  const [verdict, setVerdict] = useState("");
  return (
    <form
      class="row wrap"
      onSubmit={(event) => {
        event.preventDefault();
        const judged = judge(check, facts, text);
        if (judged === "right") onRight();
        setVerdict(judged === "right" ? `${words.lessons.right} ${check.because ?? ""}` : words.lessons[judged]);
      }}
    >
      <input
        class="answer"
        inputMode="decimal"
        aria-label={words.lessons.answerTo(check.words)}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setVerdict("");
        }}
      />
      <button type="submit" class="button outline">
        {words.lessons.check}
      </button>
      <output class="label">{verdict}</output>
    </form>
  );
}
