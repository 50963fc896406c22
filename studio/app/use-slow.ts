import { effect, type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/**
 * The newest value of a signal, at most every `pause` milliseconds, the last one always: figures that change at every
 * frame cannot be read, and fields of a form are the dearest thing to write.
 */
export function useSlow<T>(source: ReadonlySignal<T>, pause = 100): ReadonlySignal<T> {
  const slow = useSignal(source.peek());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = Number.NEGATIVE_INFINITY;
    const take = (): void => {
      last = performance.now();
      slow.value = source.peek();
    };
    const stop = effect(() => {
      source.value;
      clearTimeout(timer);
      const left = pause - (performance.now() - last);
      if (left <= 0) take();
      else timer = setTimeout(take, left);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [source, pause, slow]);
  return slow;
}
