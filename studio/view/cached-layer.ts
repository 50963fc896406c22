/**
 * A part of a drawing that seldom changes, such as the text on axes: painted once, then copied. Text on a canvas of the
 * page costs more than its letters, for each setting of the font has the page's styles worked out anew.
 */
export class CachedLayer {
  readonly #canvas = document.createElement("canvas");
  #key: readonly unknown[] = [];

  /** `paint` is called when a part of `key` or the size is another. */
  draw(
    context: CanvasRenderingContext2D,
    { width, height }: { readonly width: number; readonly height: number },
    key: readonly unknown[],
    paint: (layer: CanvasRenderingContext2D) => void,
  ): void {
    const scale = context.canvas.width / width;
    const whole = [...key, width, height, scale];
    if (whole.length !== this.#key.length || whole.some((part, i) => part !== this.#key[i])) {
      this.#key = whole;
      this.#canvas.width = context.canvas.width;
      this.#canvas.height = context.canvas.height;
      const layer = this.#canvas.getContext("2d")!;
      layer.setTransform(scale, 0, 0, scale, 0, 0);
      paint(layer);
    }
    context.drawImage(this.#canvas, 0, 0, width, height);
  }
}
