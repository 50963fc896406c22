/** Text on a picture that stays readable on the lines it crosses: with an edge of the paper's colour. */
export function outlined(context: CanvasRenderingContext2D, paper: string, text: string, x: number, y: number): void {
  context.save();
  context.strokeStyle = paper;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.restore();
  context.fillText(text, x, y);
}
