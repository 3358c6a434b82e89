import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, load, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
let count = 0;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(() => bed.stop());

async function loaded(content: string | Buffer, type: object, options: object = {}) {
  const table = `t${count++}`;
  const fields = [{ name: 'a', ...type }];
  const uri = bed.put(`${table}.json`, content);
  const more = { sourceFormat: 'NEWLINE_DELIMITED_JSON', schema: { fields }, ...options };
  const failure = failureOf(await load(bed, [uri], table, more));
  return failure ?? run(bed, `SELECT * FROM shop.${table}`);
}

const TEXT = { type: 'STRING' };
const BOOL = { type: 'BOOLEAN' };
const NUMERIC = { type: 'NUMERIC' };
const PRICED = { type: 'RECORD', fields: [{ name: 'p', ...NUMERIC }] };
const NESTED = { type: 'RECORD', fields: [{ name: 'x', type: 'INTEGER' }] };

describe('newline-delimited JSON', () => {
  test.each<[string, string, object, unknown]>([
    ['with line ends of both kinds', '{"a":"x"}\r\n{"a":"y"}\n', TEXT, [['x'], ['y']]],
    ['with blank lines', '\n{"a":"x"}\n \n', TEXT, [['x']]],
    ['with whole numbers and truths for texts', '{"a":12}\n{"a":true}\n', TEXT, [['12'], ['true']]],
    ['with truths as words', '{"a":true}\n{"a":"False"}\n', BOOL, [['true'], ['false']]],
    ['with short fractions', '{"a":0.1}\n{"a":12345678.9012345}\n', NUMERIC, [['0.1'], ['12345678.9012345']]],
    ['with long fractions in quotes', '{"a":"12345678901.123456789"}\n', NUMERIC, [['12345678901.123456789']]],
    ['with fractions that keep their value as doubles', '{"a":0.30000000000000004}\n', NUMERIC, [['0.3']]],
    [
      'with fractions for texts',
      '{"a":1.5}\n{"a":-0.00012}\n{"a":12345678901.2345}\n',
      TEXT,
      [['1.5'], ['-0.00012'], ['12345678901.2345']],
    ],
    ['with texts that look like what is none', '{"a":"x,} y:nan // z"}\n', TEXT, [['x,} y:nan // z']]],
  ])('%s is read', async (_, content, type, rows) => {
    expect(await loaded(content, type)).toEqual(rows);
  });

  const bad = /JSON table encountered too many errors, giving up. Rows: \d; errors: 1\./;
  const unsupported = (what: string) => new RegExp(`not supported by the embedded warehouse: .*${what}`);
  test.each<[string, string | Buffer, object, RegExp]>([
    ['a comma too many', '{"a":"x",}\n', TEXT, bad],
    ['NaN without quotes', '{"a":NaN}\n', { type: 'FLOAT' }, bad],
    ['more behind the object', '{"a":"x"} {"a":"y"}\n', TEXT, bad],
    ['NUL behind the object', '{"a":"x"}\0y\n', TEXT, bad],
    ['a number for a truth', '{"a":1}\n', BOOL, bad],
    ['a letter for a truth', '{"a":"t"}\n', BOOL, bad],
    ['a name twice', '{"a":"x","a":"y"}\n', TEXT, unsupported('names a field twice')],
    ['a nested name twice', '{"a":{"x":1,"x":2}}\n', NESTED, unsupported('names a field twice')],
    ['a name in another case', '{"A":"x"}\n', TEXT, unsupported('case')],
    ['a zero too many for a text', '{"a":1.50}\n', TEXT, unsupported('STRING')],
    ['a whole fraction for a text', '{"a":1.0}\n', TEXT, unsupported('STRING')],
    ['an exponent for a text', '{"a":1e3}\n', TEXT, unsupported('STRING')],
    ['a long fraction for a text', '{"a":1234567890.1234567}\n', TEXT, unsupported('STRING')],
    ['fractions for texts of a list', '{"a":[1.5,2.50]}\n', { ...TEXT, mode: 'REPEATED' }, unsupported('STRING')],
    ['a long fraction for a decimal', '{"a":12345678901.123456789}\n', NUMERIC, unsupported('NUMERIC')],
    ['one under a name with escapes', '{"\\u0061":12345678901.123456789}\n', NUMERIC, unsupported('NUMERIC')],
    ['one in a list', '{"a":["1",12345678901.123456789]}\n', { ...NUMERIC, mode: 'REPEATED' }, unsupported('NUMERIC')],
    ['one in a record', '{"a":{"p":12345678901.123456789}}\n', PRICED, unsupported('NUMERIC')],
    ['bytes that are no UTF-8', Buffer.from('{"a":"\xff"}\n', 'latin1'), TEXT, unsupported('UTF-8')],
    ['an interval', '{"a":"1-2 3 4:5:6"}\n', { type: 'INTERVAL' }, unsupported('INTERVAL')],
  ])('with %s is refused', async (_, content, type, failure) => {
    expect(await loaded(content, type)).toMatch(failure);
    expect(await loaded(content, type, { ignoreUnknownValues: true })).toMatch(failure);
  });

  test('has long fractions beside decimals, in floats and in texts', async () => {
    const line = '{"a":1.5,"b":52.52000659999999,"c":"\\"a\\": 12345678901.123456789"}\n';
    const fields = ['NUMERIC', 'FLOAT', 'STRING'].map((type, i) => ({ name: 'abc'[i], type }));
    expect(await loaded(line, {}, { schema: { fields } })).toEqual([
      ['1.5', '52.52000659999999', '"a": 12345678901.123456789'],
    ]);
  });

  test('tells its bad rows by their lines, blank ones too', async () => {
    const uri = bed.put('lines.json', '{"a":1}\n\n{"a":"x"}\n');
    const schema = { fields: [{ name: 'a', type: 'INTEGER' }] };
    const job = await load(bed, [uri], 'lines', { sourceFormat: 'NEWLINE_DELIMITED_JSON', schema, maxBadRecords: 1 });
    expect(job.status.errors).toMatchObject([{ message: /line: 3$/, location: uri }]);
    expect(job.statistics.load).toMatchObject({ outputRows: '1', badRecords: '1' });
  });
});
