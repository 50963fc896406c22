import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { useStudio } from "./studio.ts";

/**
 * The newest result of a view of the worker, which comes with each snapshot as long as the component is shown. Of the
 * same name one at a time. With `args` undefined nothing is asked for, and an older result stays.
 */
export function useView<T>(name: string, args: object | undefined): ReadonlySignal<T | undefined> {
  const { training } = useStudio();
  const key = args && JSON.stringify(args);
  useEffect(() => (key === undefined ? undefined : training.watch(name, JSON.parse(key))), [training, name, key]);
  return useMemo(() => training.view<T>(name), [training, name]);
}
