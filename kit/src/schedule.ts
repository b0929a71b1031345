/**
 * Does something at intervals, never twice at the same time: a run that lasts longer is not joined by another.
 * @param ms from the beginning of a run to that of the next, in milliseconds
 * @param onFailure told why a run has failed; the next one tries again
 * @returns ends it, and resolves when what is running is done
 */
export function atIntervals(
  ms: number,
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      onFailure(error);
    }
  };
  const timer = setInterval(() => {
    running ??= run().finally(() => (running = undefined));
  }, ms);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
