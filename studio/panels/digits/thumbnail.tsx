import { useEffect, useRef } from "preact/hooks";
import { palette } from "../../view/palette.ts";
import { inkScale, paintPicture } from "./paint.ts";

/** A small picture on a button, which has its name. */
export function Thumbnail({ pixels, side }: { readonly pixels: Float32Array; readonly side: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = palette().value;
  useEffect(() => {
    const scale = inkScale(colours);
    const context = canvas.current!.getContext("2d")!;
    paintPicture(context, side, (at) => scale(pixels[at]!), 0, 0, side);
  }, [pixels, side, colours]);
  return <canvas ref={canvas} class="digit-thumbnail" width={side} height={side} />;
}
