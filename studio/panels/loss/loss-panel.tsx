import { Panel } from "../../view/panel.tsx";

export function LossPanel() {
  return (
    <Panel name="loss" explanation="">
      {null}
    </Panel>
  );
}
