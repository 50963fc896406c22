import { Panel } from "../../view/panel.tsx";

export function DataPanel() {
  return (
    <Panel name="data" explanation="">
      {null}
    </Panel>
  );
}
