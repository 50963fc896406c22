import { useStudio } from "../../app/studio.ts";
import { chooseGenerator } from "../../state/commands.ts";
import { classColour } from "../../view/palette.ts";
import { words } from "../../words.ts";
import { thumbnails } from "./thumbnail.ts";

/** The sets that are drawn by seed, each as a small picture of its points. */
export function Presets() {
  const { store } = useStudio();
  const { data } = store.state.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid in every browser
    <div class="presets" role="group" aria-label={words.data.presets}>
      {thumbnails().map(({ name, paths, isCurve }) => {
        const label = words.data.generators[name];
        return (
          <button
            key={name}
            type="button"
            aria-label={label}
            title={label}
            aria-pressed={data.kind === "drawn" && data.generator === name}
            onClick={() => store.change(words.data.undo.choose(label), chooseGenerator(name))}
          >
            <svg viewBox="-12 -12 124 124" aria-hidden="true">
              {paths.map((path, i) => (
                <path key={i} d={path} stroke={isCurve ? "var(--ink)" : `var(--${classColour(i)})`} />
              ))}
            </svg>
          </button>
        );
      })}
    </div>
  );
}
