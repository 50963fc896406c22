import { useEffect, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import type { Pictures, PicturesQuestion } from "../../worker/views/digit-pictures.ts";

/** Pictures of the set by their rows, once the worker has them; the old ones stay until then. */
export function usePictures(part: PicturesQuestion["part"], rows: readonly number[]): Pictures | undefined {
  const { training } = useStudio();
  const [pictures, setPictures] = useState<Pictures | undefined>(undefined);
  const loaded = training.loaded.value;
  const key = rows.join();
  useEffect(() => {
    if (!loaded) return;
    let isCurrent = true;
    training.ask<Pictures>("digitPictures", { part, rows }).then(
      (given) => isCurrent && setPictures(given),
      () => undefined, // the set was changed meanwhile: asked again with the next run
    );
    return () => {
      isCurrent = false;
    };
  }, [training, loaded, part, key]);
  return pictures?.labels.length === rows.length ? pictures : undefined;
}

/** One of several pictures that came together. A copy: the pad keeps it. */
export function pictureAt({ pixels, labels }: Pictures, i: number): Float32Array {
  const size = pixels.length / labels.length;
  return pixels.slice(i * size, (i + 1) * size);
}
