import { expect, test } from 'vitest';
import { applyFieldMask, parseFieldMask } from '../../../../../infra/local/bigquery/rest/partial-response.ts';

const job = {
  id: 'j',
  status: { state: 'DONE', errors: [{ reason: 'invalid', message: 'no' }] },
  jobs: [{ id: 1, statistics: { query: { a: 1 }, load: { a: 2 } } }, { id: 2 }],
};

test.each([
  ['id', { id: 'j' }],
  ['id,status/state', { id: 'j', status: { state: 'DONE' } }],
  ['status(state,errors/reason)', { status: { state: 'DONE', errors: [{ reason: 'invalid' }] } }],
  ['jobs(id),jobs/statistics/*/a', { jobs: [{ id: 1, statistics: { query: { a: 1 }, load: { a: 2 } } }, { id: 2 }] }],
  ['jobs/id,nowhere', { jobs: [{ id: 1 }, { id: 2 }] }],
  ['*', job],
])('%s keeps a part of the answer', (fields, kept) => {
  expect(applyFieldMask(job, parseFieldMask(fields))).toEqual(kept);
});

test.each(['', 'a(', 'a(b', 'a)', 'a,', 'a//b', 'a b'])('%j is refused', (fields) => {
  expect(() => parseFieldMask(fields)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});
