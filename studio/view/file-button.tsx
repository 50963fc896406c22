import { useId } from "preact/hooks";

/** A button that asks for a file; the same one can be asked for twice. `accept`: endings and media types, by commas. */
export function FileButton({
  label,
  accept,
  onFile,
}: {
  readonly label: string;
  readonly accept: string;
  readonly onFile: (file: File) => void;
}) {
  const id = useId();
  return (
    <span class="file">
      <input
        id={id}
        type="file"
        class="spoken"
        accept={accept}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
      <label for={id} class="button outline">
        {label}
      </label>
    </span>
  );
}
