import { useEffect, useState } from "preact/hooks";
import { useStudio } from "../app/studio.ts";
import { lessonFromJson, withParts } from "../lessons/check-lesson.ts";
import type { Lesson } from "../lessons/lesson.ts";
import { lessons } from "../lessons/lessons.ts";
import { DataPanel } from "../panels/data/data-panel.tsx";
import { useFacts } from "../panels/lessons/facts.ts";
import { Check } from "../panels/lessons/lesson-check.tsx";
import { LossPanel } from "../panels/loss/loss-panel.tsx";
import { NetworkPanel } from "../panels/network/network-panel.tsx";
import { SpacePanel } from "../panels/space/space-panel.tsx";
import { TextButton } from "../view/controls.tsx";
import { FileButton } from "../view/file-button.tsx";
import { words } from "../words.ts";
import { ControlBar } from "./control-bar.tsx";
import { NumbersScreen } from "./numbers.tsx";
import { WorkbenchScreen } from "./workbench.tsx";

/** Lessons that were opened from files, as long as the page is open. */
const opened: Lesson[] = [];

export function LessonsScreen() {
  const { store } = useStudio();
  const { lesson } = store.state.value;
  const found = lesson && [...lessons, ...opened].find(({ name }) => name === lesson.name);
  return found ? (
    <OpenLesson key={found.name} lesson={found} step={Math.min(lesson.step, found.steps.length - 1)} />
  ) : (
    <LessonList />
  );
}

function LessonList() {
  const { store, say } = useStudio();
  const [problem, setProblem] = useState("");
  const begin = (lesson: Lesson): void => {
    store.open(words.lessons.begin(lesson.title), {
      ...lesson.state,
      screen: "lessons",
      lesson: { name: lesson.name, step: 0 },
    });
    say(lesson.title);
  };
  const open = async (file: File): Promise<void> => {
    try {
      const lesson = lessonFromJson(await file.text());
      opened.push(lesson);
      begin(lesson);
    } catch (error) {
      setProblem(error instanceof Error ? `${file.name}: ${error.message}` : String(error));
    }
  };
  return (
    <section class="panel lesson-home" aria-labelledby="lessons-title">
      <h2 id="lessons-title">{words.lessons.title}</h2>
      <p class="prose">{words.lessons.intro}</p>
      <ul class="lesson-list">
        {lessons.map((lesson) => (
          <li key={lesson.name}>
            <h3>{lesson.title}</h3>
            <p class="prose">{lesson.aim}</p>
            <p class="row">
              <button
                type="button"
                class="button outline"
                aria-label={words.lessons.start(lesson.title)}
                onClick={() => begin(lesson)}
              >
                {words.lessons.beginShort}
              </button>
              <span class="label">{words.lessons.minutes(lesson.minutes)}</span>
            </p>
          </li>
        ))}
      </ul>
      <p class="row wrap">
        <FileButton label={words.lessons.file} accept=".json,application/json" onFile={open} />
        <span role="alert">{problem}</span>
      </p>
    </section>
  );
}

function OpenLesson({ lesson, step: at }: { readonly lesson: Lesson; readonly step: number }) {
  const { store, training, say } = useStudio();
  const step = lesson.steps[at]!;
  const facts = useFacts();
  const go = (next: number): void => {
    const parts = lesson.steps[next]!.state;
    const now = store.state.value;
    const state = { ...(parts ? withParts(now, parts) : now), lesson: { name: lesson.name, step: next } };
    store.open(lesson.steps[next]!.title, state);
    if (parts) void training.reset();
    say(lesson.steps[next]!.title);
  };
  useEffect(() => {
    document.getElementById("lesson-title")?.focus();
  }, [at]);
  return (
    <div class="deck lesson-deck">
      <section class="panel" aria-labelledby="lesson-title">
        <p class="label">{lesson.title}</p>
        <h2 id="lesson-title" tabIndex={-1}>
          {step.title}
        </h2>
        <nav class="lesson-steps" aria-label={words.lessons.steps}>
          {lesson.steps.map(({ title }, i) => (
            <button
              key={title}
              type="button"
              aria-current={i === at ? "step" : undefined}
              aria-label={words.lessons.step(i + 1, title)}
              onClick={() => go(i)}
            >
              {i + 1}
            </button>
          ))}
        </nav>
        <div class="lesson-text">
          {step.text.map((paragraph) => (
            <p key={paragraph} class="prose">
              {paragraph}
            </p>
          ))}
        </div>
        <ul class="lesson-checks">
          {step.checks.map((check) => (
            <Check key={`${at} ${check.words}`} check={check} facts={facts} />
          ))}
        </ul>
        <div class="lesson-nav">
          <TextButton label={words.lessons.previous} isDisabled={at === 0} onPress={() => go(at - 1)} />
          <TextButton
            look="primary"
            label={words.lessons.next}
            isDisabled={at === lesson.steps.length - 1}
            onPress={() => go(at + 1)}
          />
          <TextButton
            label={words.lessons.open}
            onPress={() => store.show(step.focus === "numbers" ? "numbers" : "workbench")}
          />
          <TextButton
            look="plain"
            label={words.lessons.all}
            onPress={() => store.open(words.lessons.title, { ...store.state.value, lesson: null })}
          />
        </div>
      </section>
      <div>
        <Focus name={step.focus} />
      </div>
    </div>
  );
}

function Focus({ name }: { readonly name: Lesson["steps"][number]["focus"] }) {
  if (name === "numbers") return <NumbersScreen />;
  return (
    <>
      <ControlBar />
      {name === "workbench" && <WorkbenchScreen />}
      {name === "data" && <DataPanel />}
      {name === "network" && <NetworkPanel />}
      {name === "space" && <SpacePanel />}
      {name === "loss" && <LossPanel />}
    </>
  );
}
