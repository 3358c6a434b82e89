import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, MODES } from './faults.ts';
import { type FaultyPipeline, startFaultyPipeline } from './faulty-pipeline.ts';
import { createTrials, type Trials } from './trials.ts';

/**
 * Every call that a function makes to the world is a point where it may die, be refused, be repeated or lose its answer.
 * `npm run faults` strikes all of them; here a seeded few, another set for another SLUICE_FAULT_SEED.
 */
const SEED = Number(process.env.SLUICE_FAULT_SEED ?? 1);
const COUNT = process.env.SLUICE_FAULTS === 'all' ? Number.POSITIVE_INFINITY : 14;

describe('whatever call fails, and however, each file is loaded once and whole', () => {
  let pipeline: FaultyPipeline;
  let trials: Trials;
  let faults: Fault[] = [];

  beforeAll(async () => {
    pipeline = await startFaultyPipeline();
    trials = createTrials(pipeline);
    // Three undisturbed rounds show the calls that there are: tables are made in the first, days come back in a later one.
    for (let round = 0; round < 3; round++) await trials.run(undefined);
    const calls = [...pipeline.injector.seen.keys()].filter((call) => !call.startsWith('adhoc')).sort();
    expect(calls.length).toBeGreaterThan(60);
    faults = shuffled(
      calls.flatMap((call) => MODES.map((mode) => ({ call, mode }))),
      SEED,
    ).slice(0, COUNT);
  });
  afterAll(() => pipeline?.stop());

  test('each of the faults in turn', async () => {
    for (const fault of faults) {
      await trials.run(fault).catch((cause: unknown) => {
        throw new Error(`after ${fault.mode} at "${fault.call}"`, { cause });
      });
    }
    expect(await trials.findCanaries()).toEqual([]);
    // Not every call comes again in every round, but most must, or nothing was proved.
    expect(pipeline.injector.struck.length).toBeGreaterThan(faults.length * 0.7);
  }, 3_600_000);
});

/** Fisher–Yates over a small multiplicative generator, so that a seed gives the same order everywhere. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
