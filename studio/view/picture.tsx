import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { words } from "../words.ts";

/** A table that says in figures what a picture shows. */
export interface PictureTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/**
 * A picture on a canvas, for everybody: it has a name, a sentence that says what is to be seen, and a table with its
 * numbers behind a button. `draw` is called whenever it is another function, or the size or the colours change.
 */
export function Picture({
  name,
  summary,
  table,
  draw,
  ratio = 1,
  children,
  canvasProps = {},
}: {
  readonly name: string;
  readonly summary: string;
  /** Made when it is asked for. Left out where a table of the same numbers stands beside the picture. */
  readonly table?: () => PictureTable;
  /** In CSS pixels; the context is scaled for the screen. */
  readonly draw: (context: CanvasRenderingContext2D, width: number, height: number) => void;
  /** Height by width. */
  readonly ratio?: number;
  /** Laid over the canvas: handles, labels. */
  readonly children?: ComponentChildren;
  /** Events and roles of a canvas that can be worked on. */
  readonly canvasProps?: Record<string, unknown>;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [look, setLook] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  useEffect(() => {
    const box = canvas.current!;
    const sizes = new ResizeObserver(() => setWidth(box.clientWidth));
    sizes.observe(box);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = (): void => setLook((n) => n + 1);
    dark.addEventListener("change", repaint);
    const themes = new MutationObserver(repaint);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme", "data-presenter"] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      dark.removeEventListener("change", repaint);
    };
  }, []);
  // `look` counts changes of the colours that `draw` reads
  useEffect(() => {
    const box = canvas.current;
    if (!box || width === 0) return;
    const height = Math.round(width * ratio);
    const scale = Math.min(3, devicePixelRatio || 1);
    const context = box.getContext("2d")!;
    const size = [Math.round(width * scale), Math.round(height * scale)] as const;
    // another size throws the canvas's memory away: not for each frame
    if (box.width !== size[0] || box.height !== size[1]) [box.width, box.height] = size;
    else {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, ...size);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    draw(context, width, height);
  }, [draw, width, ratio, look]);
  return (
    <figure class="stack">
      <div class="picture">
        <canvas
          ref={canvas}
          role="img"
          aria-label={name}
          aria-describedby={id}
          style={{ aspectRatio: `1 / ${ratio}` }}
          {...canvasProps}
        />
        {children}
      </div>
      <p id={id} class="spoken">
        {summary}
      </p>
      {table && (
        <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary class="label">
            {words.table.open}
            <span class="spoken">: {name}</span>
          </summary>
          {isOpen && <DataTable caption={name} {...table()} />}
        </details>
      )}
    </figure>
  );
}

/** Rows that a table of a picture shows at most; a sentence says how many there are more. */
const mostRows = 200;

export function DataTable({ caption, columns, rows }: PictureTable & { readonly caption: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table class="table">
        <caption class="spoken">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class="n">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, mostRows).map((row, i) => (
            <tr key={i}>
              {row.map((cell, column) => (
                <td key={column} class="n">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > mostRows && <p class="label">{words.table.more(rows.length - mostRows)}</p>}
    </section>
  );
}
