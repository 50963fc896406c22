import { useEffect } from "preact/hooks";
import { useStudio } from "../app/studio.ts";
import { ConfusionPanel } from "../panels/digits/confusion-panel.tsx";
import { deskOf } from "../panels/digits/desk.ts";
import { DigitsBar } from "../panels/digits/digits-bar.tsx";
import { DigitsStart } from "../panels/digits/digits-start.tsx";
import { DrawPanel } from "../panels/digits/draw-panel.tsx";
import { MistakesPanel } from "../panels/digits/mistakes-panel.tsx";
import { Progress } from "../panels/digits/progress.tsx";
import { TemplatePanel } from "../panels/digits/template-panel.tsx";
import { UnitPanel } from "../panels/digits/unit-panel.tsx";
import { ControlBar } from "./control-bar.tsx";

/** Handwritten digits: draw at the left, what the net looks for in the middle, what it mistakes at the right. */
export function DigitsScreen() {
  const { store } = useStudio();
  return store.state.value.data.kind === "digits" ? <Digits /> : <DigitsStart />;
}

function Digits() {
  const studio = useStudio();
  useEffect(() => deskOf(studio).open(), [studio]);
  return (
    <>
      <ControlBar />
      <DigitsBar />
      <Progress />
      <div class="deck digits">
        <div>
          <DrawPanel />
        </div>
        <div>
          <TemplatePanel />
          <UnitPanel />
        </div>
        <div>
          <ConfusionPanel />
          <MistakesPanel />
        </div>
      </div>
    </>
  );
}
