/** Waits so many milliseconds, or until the function that `onStart` is given is called. Leaves no timer. */
export function waitFor(milliseconds: number, onStart: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(0, milliseconds));
    function done(): void {
      clearTimeout(timer);
      resolve();
    }
    onStart(done);
  });
}
