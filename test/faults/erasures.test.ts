import { expect, test } from 'vitest';
import { createErasureTrials } from './erasure-trials.ts';
import { type Fault, MODES } from './faults.ts';
import { startFaultyPipeline } from './faulty-pipeline.ts';
import { COUNT, SEED, shuffled } from './seeded.ts';

/** As faults.test.ts, for each call that is made while a person is forgotten. */

/** An erasure looks through all files that there are, and each trial adds one: now and then it begins with none. */
const TRIALS_OF_ONE = 25;

test('whatever call of an erasure fails, and however, the person is gone and nobody else is', async () => {
  let faults: Fault[] | undefined;
  let struck = 0;
  for (let done = 0; !faults || done < faults.length; done += TRIALS_OF_ONE) {
    const pipeline = await startFaultyPipeline();
    const { injector } = pipeline;
    try {
      const trials = createErasureTrials(pipeline);
      // Undisturbed, it shows the calls that there are.
      await trials.run(undefined);
      const calls = [...injector.seen.keys()].filter((call) => call.startsWith('forget')).sort();
      expect(calls.length).toBeGreaterThan(20);
      faults ??= shuffled(
        calls.flatMap((call) => MODES.map((mode) => ({ call, mode }))),
        SEED,
      ).slice(0, COUNT / 4);
      for (const fault of faults.slice(done, done + TRIALS_OF_ONE)) {
        await trials.run(fault).catch((cause: unknown) => {
          throw new Error(`after ${fault.mode} at "${fault.call}"`, { cause });
        });
      }
      struck += injector.struck.length;
    } finally {
      await pipeline.stop();
    }
  }
  expect(struck).toBeGreaterThan((faults?.length ?? 0) * 0.7);
}, 3_600_000);
