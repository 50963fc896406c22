import { Panel } from "../../view/panel.tsx";

export function NetworkPanel() {
  return (
    <Panel name="network" explanation="">
      {null}
    </Panel>
  );
}
