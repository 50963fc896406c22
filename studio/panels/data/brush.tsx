import { useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { setData } from "../../state/commands.ts";
import type { StudioData } from "../../state/data.ts";
import { limits } from "../../state/limits.ts";
import { addClass, boardKindOf, fewPoints, removeClass, renameClass } from "../../state/own-points.ts";
import { IconButton, TextButton } from "../../view/controls.tsx";
import { Marker } from "../../view/markers.tsx";
import { words } from "../../words.ts";
import type { Editing, Tool } from "./editing.ts";

const tools: readonly { readonly tool: Tool; readonly icon: "pencil" | "move" | "eraser" }[] = [
  { tool: "paint", icon: "pencil" },
  { tool: "move", icon: "move" },
  { tool: "erase", icon: "eraser" },
];

/** What the board is worked on with: a tool, and the class that the brush paints. */
export function Brush({ data, editing }: { readonly data: StudioData; readonly editing: Editing }) {
  const { store } = useStudio();
  const { tool, label } = editing;
  const isPlane = data.classes.length > 0;
  const canPaint = boardKindOf(data) !== undefined;
  const current = tool.value === "paint" && !canPaint ? "move" : tool.value;
  const state = store.state.value.data;
  const begin = (): void => {
    if (state.kind === "digits") return;
    label.value = 0;
    store.change(words.data.undo.begin, setData(fewPoints(words.data.own, state)));
  };
  return (
    <div class="brush">
      <div class="row">
        <TextButton look="link" label={words.data.begin} onPress={begin} />
        <span class="row push tools">
          {tools.map(({ tool: name, icon }) => (
            <IconButton
              key={name}
              icon={icon}
              label={words.data.tools[name]}
              isPressed={current === name}
              isDisabled={name === "paint" && !canPaint}
              onPress={() => {
                tool.value = name;
              }}
            />
          ))}
        </span>
      </div>
      {isPlane && <Classes classes={data.classes} editing={editing} />}
    </div>
  );
}

function Classes({ classes, editing }: { readonly classes: readonly string[]; readonly editing: Editing }) {
  const { label, edit, tool } = editing;
  const [isNaming, setNaming] = useState(false);
  const chosen = Math.min(label.value, classes.length - 1);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: chips of different widths flow like words */}
      <div class="chips" role="group" aria-label={words.data.brush}>
        {classes.map((name, i) => (
          <button
            key={i}
            type="button"
            class="chip"
            aria-pressed={i === chosen}
            onClick={() => {
              if (i === chosen) setNaming(!isNaming);
              label.value = i;
              if (tool.value === "erase") tool.value = "paint";
            }}
            onDblClick={() => setNaming(true)}
          >
            <Marker label={i} />
            <span class="name">{name}</span>
          </button>
        ))}
        {classes.length < limits.classes && (
          <IconButton
            icon="plus"
            label={words.data.addClass}
            onPress={() => {
              if (edit(words.data.undo.addClass, addClass)) label.value = classes.length;
            }}
          />
        )}
      </div>
      {isNaming && (
        <div class="naming">
          <label class="grow">
            <span class="spoken">{words.data.className}</span>
            <input
              key={chosen}
              class="text"
              type="text"
              value={classes[chosen]}
              maxLength={limits.name}
              ref={(field) => field?.focus()}
              onChange={({ currentTarget }) => {
                edit(words.data.undo.rename, (own) => renameClass(own, chosen, currentTarget.value));
                setNaming(false);
              }}
              onKeyDown={({ key }) => {
                if (key === "Escape") setNaming(false);
              }}
            />
          </label>
          {classes.length > 2 && (
            <IconButton
              icon="minus"
              label={words.data.removeClass}
              onPress={() => {
                edit(words.data.undo.removeClass, (own) => removeClass(own, chosen));
                label.value = 0;
                setNaming(false);
              }}
            />
          )}
        </div>
      )}
    </>
  );
}
