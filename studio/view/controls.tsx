import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly isDisabled?: boolean;
  /** For a button that stays pressed. */
  readonly isPressed?: boolean;
}

/** A button with a drawing; its label is its name and its tip. */
export function IconButton({ icon, label, onPress, isDisabled, isPressed }: ButtonProps & { readonly icon: IconName }) {
  return (
    <button
      type="button"
      class="button bare"
      aria-label={label}
      title={label}
      disabled={isDisabled}
      aria-pressed={isPressed}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}

/** A button with words. */
export function TextButton({
  label,
  onPress,
  isDisabled,
  isPressed,
  look = "outline",
  icon,
}: ButtonProps & { readonly look?: "outline" | "primary" | "link" | "plain"; readonly icon?: IconName }) {
  return (
    <button type="button" class={`button ${look}`} disabled={isDisabled} aria-pressed={isPressed} onClick={onPress}>
      {icon && <Icon name={icon} />}
      {label}
    </button>
  );
}

export interface Option<T extends string | number> {
  readonly value: T;
  readonly label: string;
}

/** One of a few, all in sight: radio buttons, so arrows move between them. */
export function Segments<T extends string>({
  label,
  options,
  value,
  onChange,
  isLabelShown = true,
}: {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly isLabelShown?: boolean;
}) {
  const name = useId();
  return (
    <div class="row" role="radiogroup" aria-label={label}>
      {isLabelShown && (
        <span class="label" aria-hidden="true">
          {label}
        </span>
      )}
      <span class="segments">
        {options.map((option) => (
          <label key={option.value}>
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            {option.label}
          </label>
        ))}
      </span>
    </div>
  );
}

/** One of many. */
export function Choice<T extends string>({
  label,
  options,
  value,
  onChange,
  isLabelShown = true,
}: {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly isLabelShown?: boolean;
}) {
  return (
    <label class="choice">
      <span class={isLabelShown ? "" : "spoken"}>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Slider({
  label,
  value,
  from,
  to,
  step,
  shown,
  onChange,
  isInline,
}: {
  readonly label: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** The value in words or figures. */
  readonly shown: string;
  readonly onChange: (value: number) => void;
  readonly isInline?: boolean;
}) {
  const id = useId();
  return (
    <div class={isInline ? "slider inline" : "slider"}>
      <label for={id}>{label}</label>
      {!isInline && <output for={id}>{shown}</output>}
      <input
        id={id}
        type="range"
        min={from}
        max={to}
        step={step}
        value={value}
        aria-valuetext={shown}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
      {isInline && <output for={id}>{shown}</output>}
    </div>
  );
}

/** A number that is typed; taken over at Enter or on leaving, and only within its range. */
export function NumberField({
  label,
  value,
  from,
  to,
  isWhole = false,
  onChange,
  isLabelShown = true,
  width = 5,
  shown,
}: {
  readonly label: ComponentChildren;
  readonly value: number;
  /** How the value is written while nobody types; default: all its digits. */
  readonly shown?: string;
  readonly from: number;
  readonly to: number;
  readonly isWhole?: boolean;
  readonly onChange: (value: number) => void;
  readonly isLabelShown?: boolean;
  /** In characters. */
  readonly width?: number;
}) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const read = (text: string): number | undefined => {
    const number = Number(text.replace("−", "-").replace(",", "."));
    const isGood = text.trim() !== "" && number >= from && number <= to && (!isWhole || Number.isInteger(number));
    return isGood ? number : undefined;
  };
  const isWrong = draft !== undefined && read(draft) === undefined;
  const take = (): void => {
    const number = draft === undefined ? undefined : read(draft);
    setDraft(undefined);
    if (number !== undefined && number !== value) onChange(number);
  };
  return (
    <label class="number">
      <span class={isLabelShown ? "" : "spoken"}>{label}</span>
      <input
        type="text"
        inputMode={isWhole ? "numeric" : "decimal"}
        style={{ width: `${width}ch` }}
        value={draft ?? shown ?? String(value).replace("-", "−")}
        aria-invalid={isWrong}
        title={isWrong ? `${from} to ${to}` : undefined}
        onInput={({ currentTarget }) => setDraft(currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === "Enter") take();
          if (event.key === "Escape") setDraft(undefined);
        }}
      />
    </label>
  );
}
