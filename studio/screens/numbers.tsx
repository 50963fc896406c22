import { Part } from "../view/panel.tsx";
import { words } from "../words.ts";

export function NumbersScreen() {
  return <Part title={words.screens.numbers}>{null}</Part>;
}
