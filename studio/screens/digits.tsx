import { Part } from "../view/panel.tsx";
import { words } from "../words.ts";

export function DigitsScreen() {
  return <Part title={words.screens.digits}>{null}</Part>;
}
