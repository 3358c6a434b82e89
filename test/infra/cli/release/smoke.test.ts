import { expect, test } from 'vitest';
import { judgeRows, type Person, type Row } from '../../../../infra/cli/release/smoke.ts';

const people: Person[] = [1, 2].map((n) => ({
  email: `p${n}@example.com`,
  phone: `+1555010${n}`,
  note: `please write to p${n}@example.com`,
}));
const good: Row[] = [1, 2].map((n) => ({
  email: `pii(9):token${n}`,
  phone: `****010${n}`,
  note: 'please write to [EMAIL_ADDRESS]',
}));
const [first = {}, second = {}] = good;

test.each<[string, Row[], string[]]>([
  ['rows as they should be', good, []],
  ['one that is missing', [first], ['2 rows were dropped and 1 are there']],
  ['one that is doubled', [first, second, second], ['2 rows were dropped and 3 are there']],
  ['a column as it was dropped', [{ ...first, phone: '+15550102' }, second], ['phone is as it was dropped']],
  ['a column that is empty', [{ ...first, email: null }, second], ['email is empty']],
  [
    'an address in the middle of a text',
    [{ ...first, note: 'write to p2@example.com, please' }, second],
    ['an e-mail address stands in a row'],
  ],
])('%s, and no value in what is said of it', (_, rows, problems) => {
  expect(judgeRows(rows, people)).toEqual(problems);
});
