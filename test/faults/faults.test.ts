import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, MODES } from './faults.ts';
import { type FaultyPipeline, startFaultyPipeline } from './faulty-pipeline.ts';
import { COUNT, SEED, shuffled } from './seeded.ts';
import { createTrials, type Trials } from './trials.ts';

/** Every call that a function makes to the world is a point where it may die, be refused, be repeated or lose its answer. */
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
