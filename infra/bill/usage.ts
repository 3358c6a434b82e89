import measured from './usage.json' with { type: 'json' };

/** What one step uses, as `npm run bench:usage` has measured it; test/bench/usage-of-steps.ts says what each is. */
export type StepUnits = (typeof measured)['file'];
export type VolumeUnits = (typeof measured)['volumes'][number];
export type Usage = typeof measured;

export const USAGE: Usage = measured;

/** Shares for files of this size: between two that were measured, by the logarithm of their sizes; beyond them, the nearest. */
export function volumeOf(volumes: readonly VolumeUnits[], fileBytes: number): VolumeUnits {
  const sorted = volumes.toSorted((a, b) => a.fileBytes - b.fileBytes);
  const above = sorted.find((volume) => volume.fileBytes >= fileBytes) ?? sorted.at(-1);
  const below = sorted.findLast((volume) => volume.fileBytes <= fileBytes) ?? sorted[0];
  if (!above || !below)
    throw new Error('infra/bill/usage.json has no volumes: measure them with `npm run bench:usage`');
  const span = Math.log(above.fileBytes / below.fileBytes);
  const part = span === 0 ? 0 : Math.log(fileBytes / below.fileBytes) / span;
  const between = (a: number, b: number): number => a + (b - a) * part;
  return Object.fromEntries(
    Object.entries(below).map(([what, low]) => [what, between(low, above[what as keyof VolumeUnits])]),
  ) as VolumeUnits;
}
