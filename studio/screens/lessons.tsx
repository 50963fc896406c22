import { Part } from "../view/panel.tsx";
import { words } from "../words.ts";

export function LessonsScreen() {
  return <Part title={words.screens.lessons}>{null}</Part>;
}
