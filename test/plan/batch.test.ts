import { describe, expect, test } from 'vitest';
import { type Candidate, fillBatch } from '../../functions/plan/batch.ts';

function candidate(
  run: string,
  { uris = 1, days = 1, bytes = 1 }: { uris?: number; days?: number; bytes?: number },
): Candidate {
  return {
    run: {
      run,
      epoch: 0,
      arrivedAt: '2026-01-01T00:00:00Z',
      order: `2026-01-01 ${run}`,
      uris: Array.from({ length: uris }, (_, n) => `gs://c/${run}/${n}`),
      rows: 1,
      partitions: Array.from({ length: days }, (_, n) => `${run} ${n}`),
    },
    bytes,
  };
}

describe('a batch takes the runs in line', () => {
  test.each<[what: string, Candidate[], expected: string[]]>([
    ['all of them', ['a', 'b', 'c'].map((run) => candidate(run, {})), ['a', 'b', 'c']],
    ['none', [], []],
    ['up to 5,000 files', ['a', 'b', 'c'].map((run) => candidate(run, { uris: 2500 })), ['a', 'b']],
    ['up to 2,000 partitions', ['a', 'b', 'c'].map((run) => candidate(run, { days: 999 })), ['a', 'b']],
    ['up to 5 TB', ['a', 'b', 'c'].map((run) => candidate(run, { bytes: 2.5e12 })), ['a', 'b']],
    ['the first, however large', [candidate('a', { uris: 6000, days: 3000 }), candidate('b', {})], ['a']],
    [
      'in their order, with no run let past',
      [candidate('a', {}), candidate('b', { uris: 5000 }), candidate('c', {})],
      ['a'],
    ],
  ])('%s', (_, waiting, expected) => expect(fillBatch(waiting).map(({ run }) => run)).toEqual(expected));

  test('partitions that runs share count once', () => {
    const same = (run: string): Candidate => {
      const one = candidate('a', { days: 2000 });
      return { ...one, run: { ...one.run, run } };
    };
    expect(fillBatch(['a', 'b', 'c'].map(same))).toHaveLength(3);
  });
});
