import { useStudio } from "../../app/studio.ts";
import type { SpaceLook } from "../../state/workbench.ts";
import { Segments } from "../../view/controls.tsx";
import { Panel } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import { DecisionPicture } from "./decision-picture.tsx";
import { WarpPicture } from "./warp-picture.tsx";

/** The plane of the data: what the net decides there, or how its layers bend it. */
export function SpacePanel() {
  const { store } = useStudio();
  const { space } = store.state.value.look;
  const data = store.data.value;
  const show = (value: SpaceLook["show"]): void => store.look({ space: { ...space, show: value } });
  const { explanation } = words.space;
  const told = !data
    ? ""
    : space.show === "warp"
      ? explanation.warp
      : data.inputs === 1
        ? explanation.curves
        : data.classes.length > 0
          ? explanation.map
          : explanation.values;
  return (
    <Panel name="space" explanation={told}>
      {data ? (
        <div class="stack">
          <Segments
            label={words.space.show}
            isLabelShown={false}
            value={space.show}
            options={(["map", "warp"] as const).map((value) => ({
              value,
              label: value === "map" && data.classes.length === 0 ? words.space.answers : words.space.shows[value],
            }))}
            onChange={show}
          />
          {space.show === "map" ? <DecisionPicture data={data} /> : <WarpPicture data={data} />}
        </div>
      ) : (
        <p class="label">{words.space.digits}</p>
      )}
    </Panel>
  );
}
