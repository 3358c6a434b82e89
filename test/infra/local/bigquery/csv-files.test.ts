import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, load, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
let count = 0;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(() => bed.stop());

type Content = string | Buffer;
async function loaded(content: Content | Content[], options: object) {
  const table = `t${count++}`;
  const uris = [content].flat().map((one, i) => bed.put(`${table}-${i}.csv`, one));
  const failure = failureOf(await load(bed, uris, table, options));
  if (failure !== undefined) return { failure, columns: [], rows: [] };
  const [{ schema }] = await bed.client.dataset('shop').table(table).getMetadata();
  const columns = schema.fields.map((field: { name: string; type: string }) => `${field.name} ${field.type}`);
  return { failure, columns, rows: await run(bed, `SELECT * FROM shop.${table}`) };
}

const text = { schema: { fields: ['a', 'b'].map((name) => ({ name, type: 'STRING' })) } };

describe('a CSV file', () => {
  test.each<[string, Content | Content[], object, unknown]>([
    ['in ISO-8859-1', Buffer.from('caf\xe9\x80,y\n', 'latin1'), { encoding: 'ISO-8859-1' }, [['café\x80', 'y']]],
    ['in UTF-16LE', Buffer.from('café,y\n', 'utf16le'), { encoding: 'UTF-16LE' }, [['café', 'y']]],
    ['with bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0x2c, 0x62, 0x0a]), {}, [['a\ufffd', 'b']]],
    ['in UTF-32BE', Buffer.from('000000e90000002c0001f6000000000a', 'hex'), { encoding: 'UTF-32BE' }, [['é', '😀']]],
    [
      'with line ends of both kinds',
      'x,y\r\nz,w\n',
      {},
      [
        ['x', 'y'],
        ['z', 'w'],
      ],
    ],
    ['with blank lines behind its last row', 'x,y\n\n\n', {}, [['x', 'y']]],
    ['with a byte order mark in the row that is skipped', '\ufeffa,b\nx,y\n', { skipLeadingRows: 1 }, [['x', 'y']]],
    ['with nothing but a header', 'a,b\n', { skipLeadingRows: 1 }, []],
    ['with nothing', '', {}, []],
    ['with spaces', ' x ,y \n', {}, [[' x ', 'y ']]],
    ['with a carriage return in quotes', '"x\r",y\n', { allowQuotedNewlines: true }, [['x\r', 'y']]],
    ['with quotes as they are', 'x",y\n', { quote: '' }, [['x"', 'y']]],
    [
      'with short and long rows',
      'x\n"z",w,v\n',
      { allowJaggedRows: true, ignoreUnknownValues: true },
      [
        ['x', null],
        ['z', 'w'],
      ],
    ],
    ['but for its bad rows', 'x,"y\nz,w\n"v" ,u\nt,s,\n', { maxBadRecords: 3 }, [['z', 'w']]],
    [
      'with several null markers',
      'NA,-\n"NA",y\n',
      { nullMarkers: ['NA', '-'] },
      [
        [null, null],
        ['NA', 'y'],
      ],
    ],
    ['with ASCII 0 that is kept', 'x\0z,y\n', { preserveAsciiControlCharacters: true }, [['x\0z', 'y']]],
  ])('%s is read', async (_, content, options, rows) => {
    expect(await loaded(content, { ...text, ...options })).toMatchObject({ failure: undefined, rows });
  });

  const tooMany = (rows: number, bad: number) =>
    new RegExp(`CSV table encountered too many errors, giving up. Rows: ${rows}; errors: ${bad}\\.`);
  const unsupported = (what: string) => new RegExp(`not supported by the embedded warehouse: ${what}`);
  test.each<[string, Content | Content[], object, RegExp]>([
    ['ASCII 0', 'x\0z,y\n', {}, tooMany(1, 1)],
    ['a quote that nothing closes', 'x,"y\nz,w\n', {}, tooMany(1, 1)],
    [
      'one, where rows go on in quotes',
      'x,"y\nz,w\n',
      { allowQuotedNewlines: true, maxBadRecords: 9 },
      /Missing close quote.*; row 1 of/,
    ],
    ['a space behind a closing quote', '"x" ,y\n', {}, tooMany(1, 1)],
    ['an empty column too many', 'x,y,\n', {}, tooMany(1, 1)],
    [
      'a space in front of an opening quote',
      'x, "y"\n',
      {},
      unsupported('a space in front of an opening quote; remove it; row 1'),
    ],
    ['a quote inside of a field', 'x,y"z\n', {}, unsupported('a quote inside of an unquoted field')],
    ['a blank line', 'x,y\n\nz,w\n', {}, unsupported('a blank line in a CSV file; remove it; row 2')],
    ['a lone carriage return', 'x\rz,y\n', {}, unsupported('a carriage return')],
    ['a control character', 'x\x02,y\n', {}, unsupported('a control character')],
    ['a byte order mark', '\ufeffx,y\n', {}, unsupported('a byte order mark')],
    ['an unknown encoding', 'x,y\n', { encoding: 'EBCDIC' }, unsupported('encoding EBCDIC')],
    ['a delimiter of two characters', 'x,y\n', { fieldDelimiter: '||' }, unsupported('fieldDelimiter')],
    ['packed and other files', [gzipSync('x,y\n'), 'z,w\n'], {}, /both compressed and uncompressed/],
    ['half of a packed file', gzipSync('x,y\n').subarray(0, 15), {}, /^invalid: .*could not be unpacked/],
    [
      'two kinds of null markers',
      'x,y\n',
      { nullMarker: 'x', nullMarkers: ['y'] },
      /Only one of nullMarker and nullMarkers/,
    ],
    ['a skip that is no number', 'x,y\n', { skipLeadingRows: -1 }, /Invalid value for skipLeadingRows/],
  ])('with %s is refused', async (_, content, options, failure) => {
    expect((await loaded(content, { ...text, ...options })).failure).toMatch(failure);
  });

  test('holds timestamps with dashes and slashes, without seconds, at an offset', async () => {
    const content = '2024/01/02 10:11:12\n2024/1/2 10:11\n2024-01-02 10:11:12 -05:00\n';
    const { rows } = await loaded(content, { schema: { fields: [{ name: 'a', type: 'TIMESTAMP' }] } });
    expect(rows).toEqual([['1704190272000000'], ['1704190260000000'], ['1704208272000000']]);
  });
});

describe('autodetect', () => {
  test.each<[string, string, object, string[], unknown]>([
    ['takes names from a first row of strings', 'id,ok\n1,true\n', {}, ['id INTEGER', 'ok BOOLEAN'], [['1', 'true']]],
    [
      'finds none above strings',
      'id,name\nx,y\n',
      {},
      ['string_field_0 STRING', 'string_field_1 STRING'],
      [
        ['id', 'name'],
        ['x', 'y'],
      ],
    ],
    ['names columns by their types', '1,1.5\n', {}, ['int64_field_0 INTEGER', 'double_field_1 FLOAT'], [['1', '1.5']]],
    ['is told of no header by 0', 'id\n1\n', { skipLeadingRows: 0 }, ['string_field_0 STRING'], [['id'], ['1']]],
    [
      'looks in the last row that is skipped',
      '# a\nid,n\n1,x\n',
      { skipLeadingRows: 2 },
      ['id INTEGER', 'n STRING'],
      [['1', 'x']],
    ],
    [
      'skips a row that is no header',
      '5,x\n1,ann\n',
      { skipLeadingRows: 1 },
      ['int64_field_0 INTEGER', 'string_field_1 STRING'],
      [['1', 'ann']],
    ],
    [
      'finds a comma where quotes hold what could be one',
      'id,name\r\n1,"x, y|z"\r\n2,"a\tb"\r\n\r\n',
      {},
      ['id INTEGER', 'name STRING'],
      [
        ['1', 'x, y|z'],
        ['2', 'a\tb'],
      ],
    ],
    [
      'keeps whole numbers of 19 digits',
      'id,n\n1234567890123456789,1\n-9223372036854775808,2\n',
      {},
      ['id INTEGER', 'n INTEGER'],
      [
        ['1234567890123456789', '1'],
        ['-9223372036854775808', '2'],
      ],
    ],
    ['finds a pipe', 'id|n\n1|x\n', {}, ['id INTEGER', 'n STRING'], [['1', 'x']]],
    ['finds a tab', 'id\tn\n1\tx\n', {}, ['id INTEGER', 'n STRING'], [['1', 'x']]],
    [
      'reads no date but year-month-day',
      'd,e\n01/02/2024,2024-01-02\n',
      {},
      ['d STRING', 'e DATE'],
      [['01/02/2024', '2024-01-02']],
    ],
    [
      'reads numbers with leading zeros as numbers',
      'i,f\n007,1\n1,1e3\n',
      {},
      ['i INTEGER', 'f FLOAT'],
      [
        ['7', '1.0'],
        ['1', '1000.0'],
      ],
    ],
  ])('%s', async (_, content, options, columns, rows) => {
    expect(await loaded(content, { autodetect: true, ...options })).toEqual({ failure: undefined, columns, rows });
  });

  test.each<[string, string, RegExp]>([
    [
      'whole numbers beyond INT64',
      'id,n\n9223372036854775808,1\n',
      /beyond INT64, as in column 1 of gs:.*give the schema/,
    ],
    ['what no delimiter reads', 'id,n "x"\n1,2\n', /a quote inside of an unquoted field/],
  ])('refuses %s', async (_, content, failure) => {
    expect((await loaded(content, { autodetect: true })).failure).toMatch(failure);
  });

  test('looks at 500 rows: a later one that does not fit is bad', async () => {
    const content = `id\n${Array.from({ length: 700 }, (_, i) => (i < 600 ? i : `x${i}`)).join('\n')}`;
    expect((await loaded(content, { autodetect: true })).failure).toMatch(/Rows: 700; errors: 100\./);
  });
});
