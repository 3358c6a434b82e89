import { describe, expect, test } from 'vitest';
import { CUSTOMERS, compile, type Files, ORDERS, release, withLine } from './projects.ts';

const PROJECT: Files = {
  'sources/shop/customers.yaml': CUSTOMERS,
  'sources/shop/orders.yaml': ORDERS,
  'transforms/shop/b.sql': 'SELECT id FROM shop.customers JOIN shop.a USING (id)',
  'transforms/shop/a.sql': 'SELECT order_id AS id FROM shop.orders',
  'transforms/mart/c.sql': '/* transform: { kind: table } */ SELECT id FROM shop.b',
};

const source = (files: Files, id = 'shop.customers') => {
  const found = release(files).sources.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no source ${id}`);
  return found;
};
const customers = (line: number, replacement: string) =>
  source({ 'sources/shop/customers.yaml': withLine(CUSTOMERS, line, replacement) });
const transform = (sql: string, more: Files = {}, options = {}) => {
  const found = release({ ...PROJECT, ...more, 'transforms/shop/t.sql': sql }, options).transforms.find(
    ({ id }) => id === 'shop.t',
  );
  if (found === undefined) throw new Error('no transform');
  return found;
};
const privacy = (type: string, written: string) =>
  customers(18, `  - { name: extra, type: ${type}, privacy: ${written} }`).columns[7]?.privacy;

describe('a source', () => {
  test('has every default filled in', () => {
    expect(source(PROJECT, 'shop.orders')).toMatchObject({
      id: 'shop.orders',
      dataset: 'shop',
      name: 'orders',
      format: { type: 'ndjson' },
      cluster: [],
      batchSeconds: 300,
      onNewColumn: 'quarantine',
      badRowsAllowed: 0,
      minRows: 1,
    });
    expect(source(PROJECT, 'shop.orders')).not.toHaveProperty('expect');
    expect(source(PROJECT, 'shop.orders').columns[1]).toMatchObject({
      name: 'items',
      from: 'items',
      mode: 'repeated',
      fields: [{ name: 'sku' }, { name: 'quantity' }],
    });
  });

  test.each([
    ['5m', 300],
    ['15 min', 900],
    ['90s', 90],
    ['1.5 hours', 5400],
    ['1 day', 86_400],
    ['0', 0],
    ['0m', 0],
  ])('batch: %s is %d seconds', (written, seconds) => {
    expect(customers(6, `batch: ${written}`).batchSeconds).toBe(seconds);
  });

  test.each([
    ['5 USD', 5],
    ['0.25USD', 0.25],
  ])('max_cost: %s is %d', (written, usd) => {
    expect(customers(6, `max_cost: ${written}`).maxCost).toBe(usd);
  });

  test.each([
    ['0.1%', 0.001],
    ['0.001', 0.001],
    ['2 %', 0.02],
    ['0', 0],
    ['100%', 1],
  ])('bad_rows: %s is %d', (written, share) => {
    expect(customers(8, `bad_rows: { allow: ${written} }`).badRowsAllowed).toBeCloseTo(share, 12);
  });

  test.each([
    ['csv', { type: 'csv', header: true, delimiter: ',', quote: '"', escape: '"', nullMarker: '' }],
    [
      'csv, header: false, delimiter: "\\t", quote: "", null_marker: NA',
      { type: 'csv', header: false, delimiter: '\t', quote: '', escape: '', nullMarker: 'NA' },
    ],
    [
      'csv, quote: "\'", escape: "\\\\"',
      { type: 'csv', header: true, delimiter: ',', quote: "'", escape: '\\', nullMarker: '' },
    ],
    ['parquet', { type: 'parquet' }],
  ])('format: %s', (written, format) => {
    expect(customers(2, `format: { type: ${written} }`).format).toEqual(format);
  });

  test.each([
    ['NUMERIC', { type: 'NUMERIC' }],
    ['"NUMERIC(10,2)"', { type: 'NUMERIC', precision: 10, scale: 2 }],
    ['"NUMERIC(5)"', { type: 'NUMERIC', precision: 5 }],
    ['"BIGNUMERIC(76, 38)"', { type: 'BIGNUMERIC', precision: 76, scale: 38 }],
  ])('type: %s', (written, expected) => {
    expect(customers(18, `  - { name: extra, type: ${written}, privacy: public }`).columns[7]).toMatchObject(expected);
  });

  test.each([
    ['STRING', 'public', { kind: 'public', allow: [] }],
    ['STRING', '{ public: { allow: [LOCATION] } }', { kind: 'public', allow: ['LOCATION'] }],
    ['STRING', 'drop', { kind: 'drop' }],
    ['STRING', 'redact', { kind: 'transform', transform: { kind: 'redact' } }],
    ['STRING', '{ redact: {} }', { kind: 'transform', transform: { kind: 'redact' } }],
    ['STRING', '{ tokenize: { key: pii } }', { kind: 'transform', transform: { kind: 'tokenize', key: 'pii' } }],
    ['STRING', '{ tokenize: { key: pii@1 } }', { kind: 'transform', transform: { kind: 'tokenize', key: 'pii' } }],
    ['STRING', '{ tokenize: { key: pii@2 } }', { kind: 'transform', transform: { kind: 'tokenize', key: 'pii@2' } }],
    ['INT64', '{ hash: { key: pii } }', { kind: 'transform', transform: { kind: 'hash', key: 'pii' } }],
    ['STRING', '{ mask: {} }', { kind: 'transform', transform: { kind: 'mask', with: '*' } }],
    [
      'STRING',
      '{ mask: { keep_last: 4, with: "#", ignore: "- " } }',
      { kind: 'transform', transform: { kind: 'mask', with: '#', keepLast: 4, ignore: '- ' } },
    ],
    [
      'STRING',
      '{ mask: { keep_first: 2 } }',
      { kind: 'transform', transform: { kind: 'mask', with: '*', keepFirst: 2 } },
    ],
    ['JSON', '{ replace: { with: "{}" } }', { kind: 'transform', transform: { kind: 'replace', with: '{}' } }],
    [
      'TIMESTAMP',
      '{ date_shift: { days: 7, by: id, key: k } }',
      { kind: 'transform', transform: { kind: 'date_shift', days: 7, by: 'id', key: 'k' } },
    ],
    [
      'FLOAT64',
      '{ bucket: { size: 0.5, min: -1, max: 1 } }',
      { kind: 'transform', transform: { kind: 'bucket', size: 0.5, min: -1, max: 1 } },
    ],
    ['DATE', '{ time_part: YEAR }', { kind: 'transform', transform: { kind: 'time_part', part: 'YEAR' } }],
    [
      'STRING',
      '{ redact_findings: { info_types: [PERSON_NAME, AGE] } }',
      {
        kind: 'transform',
        transform: {
          kind: 'redact_findings',
          infoTypes: ['PERSON_NAME', 'AGE'],
          minLikelihood: 'POSSIBLE',
          with: 'info_type',
        },
      },
    ],
    [
      'STRING',
      '{ hash: { key: k }, when: { column: country, in: [DE, "7"] } }',
      {
        kind: 'transform',
        transform: { kind: 'hash', key: 'k' },
        when: [{ column: 'country', op: 'in', values: ['DE', '7'] }],
      },
    ],
    [
      'STRING',
      '{ redact: {}, when: [{ column: country, equals: DE }, { column: id, not_in: [a] }, { column: id, matches: "(?i)^(?P<x>a+)$" }, { column: email, is_null: false }, { column: signup, is_null: true }] }',
      {
        kind: 'transform',
        transform: { kind: 'redact' },
        when: [
          { column: 'country', op: 'in', values: ['DE'] },
          { column: 'id', op: 'not_in', values: ['a'] },
          { column: 'id', op: 'matches', pattern: '(?i)^(?P<x>a+)$' },
          { column: 'email', op: 'is_not_null' },
          { column: 'signup', op: 'is_null' },
        ],
      },
    ],
  ])('a %s under privacy: %s', (type, written, expected) => {
    expect(privacy(type, written)).toEqual(expected);
  });

  test('keeps its version while its rows look the same', () => {
    const { version } = source(PROJECT);
    for (const [line, text] of [
      [1, 'files: other/*.csv'],
      [6, 'batch: 1h'],
      [8, 'bad_rows: { allow: 5% }'],
      [14, '  - { name: amount, description: what it cost, type: "NUMERIC(10, 2)", privacy: public }'],
    ] as const) {
      expect(customers(line, text).version, text).toBe(version);
    }
  });

  test('has another version once they do not', () => {
    const versions = new Set([source(PROJECT).version]);
    const pinned = (day: number) =>
      `{ template: { deidentify: projects/a/deidentifyTemplates/b, as_of: "2026-01-0${day}T00:00:00Z" } }`;
    for (const [line, text] of [
      [3, 'load: { mode: append }'],
      [12, '  - { name: email, type: STRING, normalize: [trim], privacy: { tokenize: { key: pii } } }'],
      [12, '  - { name: email, type: STRING, normalize: [trim, lower], privacy: { tokenize: { key: other } } }'],
      [14, '  - { name: amount, type: "NUMERIC(12,2)", privacy: public }'],
      [14, '  - { name: amount, from: total, type: "NUMERIC(10,2)", privacy: public }'],
      [18, '  - { name: extra, type: STRING, privacy: drop }'],
      ...['{ template: projects/a/deidentifyTemplates/b }', pinned(1), pinned(2)].map((privacy): [number, string] => [
        18,
        `  - { name: extra, type: STRING, privacy: ${privacy} }`,
      ]),
    ] as const) {
      versions.add(customers(line, text).version);
    }
    expect(versions.size).toBe(10);
  });
});

describe('a transform', () => {
  test('without a header is a view that is checked after loads and every night', () => {
    expect(transform('SELECT id FROM shop.customers')).toEqual({
      id: 'shop.t',
      dataset: 'shop',
      name: 't',
      kind: 'view',
      sql: 'SELECT id FROM shop.customers',
      cluster: [],
      on: { load: true, nightly: true },
      everySeconds: 900,
      ignore: [],
      assert: [],
      inputs: ['shop.customers'],
      external: [],
      volatile: [],
      version: expect.stringMatching(/^[0-9a-f]{20}$/),
    });
  });

  test('has all that its header says, and its text as it was written', () => {
    const sql = `/* transform:
    kind: incremental
    owner: me@example.com
    description: a test
    partition: { by: d, grain: month }
    cluster: [id]
    on: [nightly]
    every: 0
    start: 2026-01-31
    ignore: [shop.orders]
    assert:
      - { unique: [d, id], not_null: [d], where: "d > DATE '2026-01-01'", row_count: { min: 1 } }
      - { where: "LENGTH(id) IN (1, 2)" }
*/
-- kept
SELECT DISTINCT signup AS d, id FROM shop.customers, shop.orders WHERE signup BETWEEN @FROM AND @to;
`;
    expect(transform(sql)).toMatchObject({
      kind: 'incremental',
      owner: 'me@example.com',
      description: 'a test',
      sql,
      partition: { by: 'd', grain: 'month' },
      cluster: ['id'],
      on: { load: false, nightly: true },
      everySeconds: 0,
      start: '2026-01-31',
      ignore: ['shop.orders'],
      assert: [
        { kind: 'unique', columns: ['d', 'id'] },
        { kind: 'not_null', columns: ['d'] },
        { kind: 'where', expression: "d > DATE '2026-01-01'" },
        { kind: 'row_count', min: 1 },
        { kind: 'where', expression: 'LENGTH(id) IN (1, 2)' },
      ],
      inputs: ['shop.customers', 'shop.orders'],
    });
  });

  test.each([
    ['on one line', '/* transform: { kind: table } */ SELECT 1 AS x'],
    ['after blank lines', '\n\n/*\ntransform:\n  kind: table\n*/\nSELECT 1 AS x'],
    ['with Windows line ends', '/* transform:\r\n  kind: table\r\n*/\r\nSELECT 1 AS x\r\n'],
    ['after a byte order mark', '\ufeff/* transform: { kind: table } */ SELECT 1 AS x'],
    ['less deep than its opening', '   /*   transform:\n kind: table\n*/ SELECT 1 AS x'],
  ])('may have its header %s', (_what, sql) => {
    expect(transform(sql).kind).toBe('table');
  });

  test('may begin with another comment', () => {
    expect(transform('/* Copyright: me */ SELECT 1 AS x').kind).toBe('view');
  });

  test('names what it reads elsewhere, and is never unchanged for it', () => {
    const sql = 'SELECT RAND() AS r FROM other.t, `p.other.u`, shop.INFORMATION_SCHEMA.TABLES, shop.customers';
    expect(transform(sql)).toMatchObject({
      inputs: ['shop.customers'],
      external: ['other.t', 'p.other.u', 'shop.INFORMATION_SCHEMA.TABLES'],
      volatile: ['RAND', 'other.t', 'p.other.u', 'shop.INFORMATION_SCHEMA.TABLES'],
    });
  });

  test.each([
    ['not known', {}, { inputs: ['shop.customers'], external: [], volatile: ['acme.shop.customers'] }],
    ['the same', { project: 'acme' }, { inputs: ['shop.customers'], external: [], volatile: [] }],
    [
      'another',
      { project: 'else' },
      { inputs: [], external: ['acme.shop.customers'], volatile: ['acme.shop.customers'] },
    ],
  ])('may write the project out: when ours is %s', (_what, options, expected) => {
    expect(transform('SELECT id FROM `acme.shop.customers`', {}, options)).toMatchObject(expected);
  });

  const TEXT = '/* transform: { kind: table, owner: a } */ SELECT id, email FROM shop.customers WHERE id = "a b"';
  test.each([
    ['white space', TEXT.replace('SELECT id, email', 'SELECT\n  id,email')],
    ['a comment', TEXT.replace('email', 'email -- a token\n')],
    ['a closing semicolon', `${TEXT};\n`],
    ['who owns it', TEXT.replace('owner: a', 'owner: b')],
    ['what is asserted and when it runs', TEXT.replace('owner: a', 'assert: { unique: [id] }, on: [load], every: 0')],
  ])('keeps its version under another %s', (_what, sql) => {
    expect(transform(sql).version).toBe(transform(TEXT).version);
  });
  test.each([
    ['column', TEXT.replace('email', 'country')],
    ['literal', TEXT.replace('a b', 'a  b')],
    ['kind of quote', TEXT.replace('"a b"', 'r"a b"')],
    ['kind', TEXT.replace('kind: table', 'kind: view')],
    ['partition', TEXT.replace('owner: a', 'partition: { by: d }')],
    ['cluster', TEXT.replace('owner: a', 'cluster: [id]')],
  ])('has another version under another %s', (_what, sql) => {
    expect(transform(sql).version).not.toBe(transform(TEXT).version);
  });

  test('has another version when what it reads has, however far above', () => {
    const version = (files: Files) => release(files).transforms.find(({ id }) => id === 'mart.c')?.version;
    expect(version({ ...PROJECT, 'sources/shop/orders.yaml': ORDERS.replace('INT64', 'FLOAT64') })).not.toBe(
      version(PROJECT),
    );
    expect(version({ ...PROJECT, 'transforms/shop/a.sql': 'SELECT "1" AS id FROM shop.orders' })).not.toBe(
      version(PROJECT),
    );
    expect(version({ ...PROJECT, 'transforms/shop/other.sql': 'SELECT 1 AS x' })).toBe(version(PROJECT));
  });

  test('keeps its version when an ignored input has another', () => {
    const sql =
      '/* transform: { kind: incremental, partition: { by: d }, ignore: [shop.orders] } */ SELECT signup AS d FROM shop.customers, shop.orders WHERE signup BETWEEN @from AND @to';
    const version = (sources: Files) => transform(sql, sources).version;
    expect(version({ 'sources/shop/orders.yaml': ORDERS.replace('INT64', 'FLOAT64') })).toBe(version({}));
    expect(version({ 'sources/shop/customers.yaml': withLine(CUSTOMERS, 3, 'load: { mode: append }') })).not.toBe(
      version({}),
    );
  });
});

describe('a release', () => {
  test('has its sources by name and its transforms after what they read', () => {
    const { sources, transforms } = release(PROJECT);
    expect(sources.map(({ id }) => id)).toEqual(['shop.customers', 'shop.orders']);
    expect(transforms.map(({ id }) => id)).toEqual(['shop.a', 'shop.b', 'mart.c']);
  });

  test('has the id that it is given', () => {
    expect(release(PROJECT, { id: 'abc' }).id).toBe('abc');
  });

  test('has an id of its contents, whatever the order of the files and the layout of the YAML', () => {
    const { id } = release(PROJECT);
    expect(id).toMatch(/^dev-[0-9a-f]{12}$/);
    expect(release(Object.fromEntries(Object.entries(PROJECT).reverse())).id).toBe(id);
    expect(
      release({
        ...PROJECT,
        'sources/shop/orders.yaml': `# orders\n\n${ORDERS.replace('{ mode: append }', '\n  mode:   append')}`,
      }).id,
    ).toBe(id);
    expect(release({ ...PROJECT, 'README.md': 'hello', 'sources/.DS_Store': 'x', 'tests/shop/t.yaml': '[' }).id).toBe(
      id,
    );
    expect(release({ ...PROJECT, 'transforms/shop/a.sql': 'SELECT order_id AS id FROM shop.orders -- x' }).id).not.toBe(
      id,
    );
    expect(release({ ...PROJECT, 'sources/shop/orders.yaml': ORDERS.replace('append', 'replace') }).id).not.toBe(id);
  });

  test('of nothing is empty', () => {
    expect(compile({})).toMatchObject({ release: { v: 1, sources: [], transforms: [] }, problems: [] });
  });

  test('survives the JSON that it is kept as', () => {
    const made = release(PROJECT);
    expect(JSON.parse(JSON.stringify(made))).toStrictEqual(made);
  });
});
