/** Line drawings of 16 × 16, in the colour of the text beside them. A name says what each does, so they are not read aloud. */
const paths = {
  nabla: "M2.5 3h11L8 13z",
  reset: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
  back: "M12.5 3.5 6 8l6.5 4.5zM3.5 3.5v9",
  play: "M4.5 3 13 8l-8.5 5z",
  pause: "M5 3.5v9M11 3.5v9",
  forward: "M3.5 3.5 10 8l-6.5 4.5zM12.5 3.5v9",
  undo: "M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H7",
  redo: "m10 3 3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H9",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  link: "M6.5 9.5l3-3M7.5 4.8l1-1a2.6 2.6 0 0 1 3.7 3.7l-1 1M8.5 11.2l-1 1a2.6 2.6 0 0 1-3.7-3.7l1-1",
  dice: "M3 3h10v10H3zM5.8 5.8h.01M10.2 10.2h.01M8 8h.01",
  close: "m4 4 8 8m0-8-8 8",
  maximize: "M9.5 3H13v3.5M6.5 13H3V9.5M13 3 9 7M3 13l4-4",
  restore: "M13 7H9V3M3 9h4v4M9 7l4-4M7 9l-4 4",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  keys: "M2.5 4.5h11v7h-11zM5 7h.01M8 7h.01M11 7h.01M5.5 9.5h5",
  presenter: "M2.5 3h11v7.5h-11zM8 10.5v3M5.5 13.5h5",
  pencil: "m3 13 .8-3L10.5 3.3l2.2 2.2L6 12.2z",
  move: "M8 2.5v11M2.5 8h11M6.3 4.2 8 2.5l1.7 1.7M6.3 11.8 8 13.5l1.7-1.7M4.2 6.3 2.5 8l1.7 1.7M11.8 6.3 13.5 8l-1.7 1.7",
  eraser: "m6 13-3-3 6.5-6.5 3.5 3.5L7.500 13zM6 13h7M6 7l3.500 3.500",
  check: "m3.500 8.500 3 3 6-7",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} fill={name === "play" ? "currentColor" : undefined} />
    </svg>
  );
}
