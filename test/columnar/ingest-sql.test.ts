import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Column, Condition } from '../../functions/model/column.ts';
import { column, csv, ndjson, protect, TOKENIZE } from './declarations.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterAll(() => bench.close());

/** Values of the column `v` of a CSV of one or two columns, after all that is done to them. */
async function values(lines: string, v: Column, others: Column[] = []): Promise<unknown[]> {
  const { rows } = await bench.load(Buffer.from(lines), csv([v, ...others], { header: false, nullMarker: 'NULL' }));
  return rows.map((row) => row.v);
}

describe('before anything else sees it, text is', () => {
  test.each<[Column['normalize'], string, string]>([
    [['trim'], '" \t\r\n a b \n"', 'a b'],
    [['lower'], 'ÄÖ-Straße', 'äö-straße'],
    [['upper'], 'äö', 'ÄÖ'],
    [['digits'], '+49 (0) 30/12 34', '490301234'],
    [['collapse_spaces'], '"a \t\n b"', 'a b'],
    [['trim', 'lower', 'collapse_spaces'], '"  A  B "', 'a b'],
  ])('normalized: %j', async (normalize, text, expected) => {
    expect(await values(`${text}\n`, column('v', 'STRING', { normalize }))).toEqual([expected]);
    expect(await values(`${text}\n`, column('v', 'STRING', { normalize, privacy: TOKENIZE }))).toEqual([
      `<${expected}>`,
    ]);
  });

  test('and typed after that', async () => {
    expect(await values('"1 000"\n', column('v', 'INT64', { normalize: ['digits'] }))).toEqual(['1000']);
  });
});

describe('what DLP sees of a typed value is its one canonical form', () => {
  test.each<[Column['type'], string[], string]>([
    ['INT64', ['7', '007', '+7', ' 7 '], '7'],
    ['NUMERIC', ['1.5', '1.50', '01.5', '15e-1'], '1.5'],
    ['NUMERIC', ['100', '100.0'], '100'],
    ['FLOAT64', ['1.5', '15e-1'], '1.5'],
    ['BOOL', ['true', 'T', '1', 'yes'], 'true'],
    ['DATE', ['2026-01-02', '2026-1-2', '2026/01/02'], '2026-01-02'],
    ['TIMESTAMP', ['2026-01-02 03:04:05', '2026-01-02T03:04:05Z', '2026-01-02 05:04:05+02'], '2026-01-02 03:04:05+00'],
  ])('%s: %j', async (type, texts, canonical) => {
    const seen = await values(`${texts.join('\n')}\n`, column('v', type, { privacy: TOKENIZE }));
    expect(seen).toEqual(texts.map(() => `<${canonical}>`));
  });

  test('and the same from every format', async () => {
    const of = [column('v', 'NUMERIC', { privacy: TOKENIZE })];
    const { rows } = await bench.load(Buffer.from('{"v":1.50}\n{"v":"1.5"}\n'), ndjson(of));
    expect(rows.map(({ v }) => v)).toEqual(['<1.5>', '<1.5>']);
  });
});

describe('a condition decides which rows are protected', () => {
  const country = column('country');
  const lines = 'a,DE\nb,FR\nc,\nd,NULL\n';
  test.each<[Condition, string[]]>([
    [[{ column: 'country', op: 'in', values: ['DE', "O'X"] }], ['<a>', 'b', 'c', 'd']],
    [[{ column: 'country', op: 'not_in', values: ['DE'] }], ['a', '<b>', '<c>', 'd']],
    [[{ column: 'country', op: 'matches', pattern: '^[DF]' }], ['<a>', '<b>', 'c', 'd']],
    [[{ column: 'country', op: 'is_null' }], ['a', 'b', 'c', '<d>']],
    [[{ column: 'country', op: 'is_not_null' }], ['<a>', '<b>', '<c>', 'd']],
    [
      [
        { column: 'country', op: 'is_not_null' },
        { column: 'v', op: 'not_in', values: ['a'] },
      ],
      ['a', '<b>', '<c>', 'd'],
    ],
  ])('%j', async (when, expected) => {
    const v = column('v', 'STRING', { privacy: protect({ kind: 'tokenize', key: 'k' }, when) });
    expect(await values(lines, v, [country])).toEqual(expected);
  });

  test('by the text in the file, before it is normalized', async () => {
    const privacy = protect({ kind: 'tokenize', key: 'k' }, [{ column: 'v', op: 'in', values: ['A'] }]);
    expect(await values('A\na\n', column('v', 'STRING', { normalize: ['lower'], privacy }))).toEqual(['<a>', 'a']);
  });

  test('and a date that it leaves out stays a date', async () => {
    const privacy = protect({ kind: 'date_shift', days: 9, by: 'country', key: 'k' }, [
      { column: 'country', op: 'in', values: ['DE'] },
    ]);
    const of = csv([column('v', 'DATE', { privacy }), country], { header: false });
    const answer = () => '2030-01-01';
    const { rows } = await bench.load(Buffer.from('2026-01-02,DE\n2026-01-02,FR\n,DE\n'), of, { answer });
    expect(rows.map(({ v }) => v)).toEqual(['2030-01-01', '2026-01-02', null]);
  });
});

describe('a constant takes the place of', () => {
  test.each<[string, Column, unknown[]]>([
    [
      'a text',
      column('v', 'STRING', { privacy: protect({ kind: 'replace', with: "it's gone" }) }),
      ["it's gone", null],
    ],
    ['a redacted text', column('v', 'STRING', { privacy: protect({ kind: 'redact' }) }), ['', null]],
    ['a JSON value', column('v', 'JSON', { privacy: protect({ kind: 'replace', with: '-' }) }), ['-', null]],
    ['bytes', column('v', 'BYTES', { privacy: protect({ kind: 'redact' }) }), ['', null]],
    ['a number', column('v', 'INT64', { privacy: protect({ kind: 'replace', with: 'n' }) }), ['n', null]],
  ])('%s, and NULL stays NULL', async (_, v, expected) => {
    expect(await values(`1111\nNULL\n`, v)).toEqual(expected);
  });

  test('only what the condition asks for', async () => {
    const when: Condition = [{ column: 'who', op: 'in', values: ['x'] }];
    const who = column('who');
    const lines = 'YQ==,x\nYQ==,y\n';
    for (const type of ['STRING', 'BYTES'] as const) {
      const v = column('v', type, { privacy: protect({ kind: 'redact' }, when) });
      expect(await values(lines, v, [who])).toEqual(['', 'YQ==']);
    }
  });
});

describe('dates are shifted by', () => {
  const shifted = (by: Column, format: 'DATE' | 'DATETIME' | 'TIMESTAMP' = 'DATE') =>
    csv([column('v', format, { privacy: protect({ kind: 'date_shift', days: 9, by: by.name, key: 'k' }) }), by], {
      header: false,
    });

  test('pairs of date and person, each told once', async () => {
    const work = await bench.open(
      Buffer.from('2026-01-01,a\n2026-01-01,b\n2026-01-01,a\n2026-02-02,a\n,a\n2026-01-01,\n'),
      shifted(column('by')),
    );
    const pairs: string[] = [];
    for await (const { values: dates, contexts } of work.distinct({ column: 'v', context: 'by' }))
      dates.forEach((date, index) => {
        pairs.push(`${date} ${contexts?.[index]}`);
      });
    await work.close();
    expect(pairs.sort()).toEqual(['2026-01-01 ', '2026-01-01 a', '2026-01-01 b', '2026-02-02 a']);
  });

  test('a person whose own column is protected as well, as DLP sees it there', async () => {
    const by = column('by', 'STRING', { normalize: ['trim', 'lower'], privacy: TOKENIZE });
    const told: string[] = [];
    const { rows } = await bench.load(Buffer.from('2026-01-01,A \n2026-01-01,a\n2026-01-02,\n'), shifted(by), {
      answer: (value, name, context) => {
        told.push(name === 'v' ? `${value} of ${JSON.stringify(context)}` : value);
        return name === 'v' ? '2030-01-01' : `<${value}>`;
      },
    });
    expect(told.sort()).toEqual(['2026-01-01 of "a"', '2026-01-02 of ""', 'a']);
    expect(rows.map((row) => [row.v, row.by])).toEqual([
      ['2030-01-01', '<a>'],
      ['2030-01-01', '<a>'],
      ['2030-01-01', null],
    ]);
  });

  test.each([
    ['a normalized person', column('by', 'STRING', { normalize: ['trim', 'lower'] }), '2026-01-01,A \n2026-01-01,a\n'],
    ['a person with a number', column('by', 'INT64'), '2026-01-01,007\n2026-01-01,7\n'],
  ])('the same for %s, however it is written', async (_, by, lines) => {
    const contexts = new Set<string | undefined>();
    await bench.load(Buffer.from(lines), shifted(by), {
      answer: (date, _column, context) => {
        contexts.add(context);
        return date;
      },
    });
    expect(contexts.size).toBe(1);
  });

  test.each([
    ['DATE', '2026-01-01', '2026-01-05'],
    ['DATETIME', '2026-01-01 02:03:04.5', '2026-01-05 02:03:04.5'],
    ['TIMESTAMP', '2026-01-01 02:03:04.5+00', '2026-01-05 02:03:04.5+00'],
  ] as const)('and stay a %s', async (type, before, after) => {
    const { rows } = await bench.load(Buffer.from(`${before},a\n`), shifted(column('by'), type), {
      answer: (value) => {
        expect(value).toBe(before);
        return after;
      },
    });
    expect(rows[0]?.v).toBe(after);
  });
});

test('a required column and a merge key that are NULL are rejects; empty text is no NULL', async () => {
  const of = csv(
    [column('k'), column('r', 'STRING', { mode: 'required', privacy: TOKENIZE })],
    { header: false },
    {
      load: { mode: 'merge', key: ['k'], orderBy: [] },
    },
  );
  const { rejects, rows } = await bench.load(Buffer.from(',x\nx,\n"",""\n,\n'), of);
  expect(rejects).toEqual(['1 k REQUIRED', '2 r REQUIRED', '4 k REQUIRED']);
  expect(rows).toEqual([{ k: '', r: '', _row_number: '3' }]);
});
