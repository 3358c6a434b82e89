/** A signal came before the work was done. Whatever still waits for it is left, and the process ends at once. */
export class InterruptedError extends Error {
  /** 128 and the number of SIGINT, as shells have it. */
  readonly status = 130;
}

/**
 * From now on the first SIGINT or SIGTERM resolves `came` instead of ending this process, so that what was started can be
 * stopped; a second one ends it at once, and the channel to its children takes them with it.
 */
export function catchInterrupts(): { came: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let first = true;
  const onSignal = (): void => {
    if (!first) process.exit(new InterruptedError().status);
    first = false;
    resolve();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { came: promise };
}
