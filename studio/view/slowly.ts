import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/**
 * The newest value of a signal, but at most once in so many milliseconds: for tables, which nobody reads at 60 a second
 * and which cost more to lay out than a canvas to draw. The last value always comes.
 */
export function useSlowly<T>(source: ReadonlySignal<T>, milliseconds = 200): T {
  const [shown, setShown] = useState<{ readonly value: T }>(() => ({ value: source.peek() }));
  useEffect(() => {
    let last = Number.NEGATIVE_INFINITY;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      timer = undefined;
      last = performance.now();
      setShown({ value: source.peek() });
    };
    const stop = source.subscribe(() => {
      if (timer !== undefined) return;
      const wait = last + milliseconds - performance.now();
      if (wait <= 0) show();
      else timer = setTimeout(show, wait);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [source, milliseconds]);
  return shown.value;
}
