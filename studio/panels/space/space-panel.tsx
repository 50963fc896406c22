import { Panel } from "../../view/panel.tsx";

export function SpacePanel() {
  return (
    <Panel name="space" explanation="">
      {null}
    </Panel>
  );
}
