/** `npm run faults` strikes every call in every way; `npm test` a seeded few, another set for another SLUICE_FAULT_SEED. */
export const SEED = Number(process.env.SLUICE_FAULT_SEED ?? 1);
export const COUNT = process.env.SLUICE_FAULTS === 'all' ? Number.POSITIVE_INFINITY : 14;

/** Fisher–Yates over a small multiplicative generator, so that a seed gives the same order everywhere. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
