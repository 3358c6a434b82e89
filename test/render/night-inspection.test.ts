import { expect, test } from 'vitest';
import { nightColumns } from '../../functions/plan/night-inspection.ts';
import { renderNightSample } from '../../functions/render/night-inspection.ts';

const FIELDS = [
  { name: 'note', type: 'STRING' },
  { name: 'id`', type: 'INTEGER' },
  { name: 'tags', type: 'STRING', mode: 'REPEATED' },
  {
    name: 'who',
    type: 'RECORD',
    fields: [
      { name: 'doc', type: 'JSON' },
      { name: 'calls', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'n', type: 'INTEGER' }] },
    ],
  },
];
const COLUMNS = nightColumns(FIELDS, { columns: new Map(), others: 'nothing' });
const sqlOf = (info: { type: string; bytes?: number }) =>
  (renderNightSample('p', 'shop.t', info, COLUMNS) as { query: { query: string } }).query.query;

const TEXTS =
  "SELECT LEFT(`note`, 8192) AS c0, LEFT(CAST(`id\\`` AS STRING), 8192) AS c1, LEFT((SELECT STRING_AGG(e0, '\\n') FROM UNNEST(`tags`) AS e0), 8192) AS c2, LEFT(TO_JSON_STRING(`who`.`doc`), 8192) AS c3, LEFT((SELECT STRING_AGG(CAST(e0.`n` AS STRING), '\\n') FROM UNNEST(`who`.`calls`) AS e0), 8192) AS c4 FROM `p.shop.t`";

test.each([
  ['a small table', { type: 'TABLE', bytes: 1000 }, ''],
  ['an empty one', { type: 'TABLE', bytes: 0 }, ''],
  [
    'a large one, by a part of its blocks',
    { type: 'TABLE', bytes: 64 * 1024 ** 3 },
    ' TABLESAMPLE SYSTEM (0.097656 PERCENT)',
  ],
  ['a view, which has none', { type: 'VIEW', bytes: 0 }, ''],
])('samples %s', (_, info, sample) => {
  expect(sqlOf(info)).toBe(`${TEXTS}${sample} LIMIT 500`);
});

test('a sample may be billed for 1 GiB and no more', () => {
  expect(renderNightSample('p', 'shop.t', { type: 'VIEW' }, COLUMNS)).toMatchObject({
    query: { maximumBytesBilled: '1073741824', useLegacySql: false },
  });
});
