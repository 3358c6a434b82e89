import { type Case, testFamilies } from './family.ts';

const row = (id: number, clock: string, signal: string, state = 'ACTIVE') =>
  `STRUCT(${id}, DATETIME '2023-11-01 09:${clock}', ${signal}, '${state}')`;
const devices = (...rows: string[]) =>
  `(SELECT * FROM UNNEST(ARRAY<STRUCT<device_id INT64, time DATETIME, signal INT64, state STRING>>[${rows.join(', ')}]))`;
const FOUR = (signal: string) =>
  devices(row(1, '34:01', '74', 'INACTIVE'), row(2, '36:00', '77'), row(3, '37:00', signal), row(4, '38:01', '80'));
const OTHER = devices(
  row(1, '34:01', '74'),
  row(2, '36:00', '77', 'INACTIVE'),
  row(3, '38:00', '78'),
  row(4, '39:01', '80'),
);

const fills = (of: string, more: string, answer: unknown[][], order = 'time'): Case => [
  `SELECT * FROM GAP_FILL(${of}, ts_column => 'time', bucket_width => INTERVAL 1 MINUTE${more}) ORDER BY ${order}`,
  answer.map(([clock, ...rest]) => [`2023-11-01T09:${clock}`, ...rest]),
];
const by = (method: string) => `, value_columns => [('signal', '${method}')]`;
const invalid = (message: string) => `invalidQuery: ${message}`;
const days = (rows: string, more: string) => `SELECT * FROM GAP_FILL((${rows}), 'd', ${more}) ORDER BY d`;

testFamilies({
  'the examples of BigQuery’s documentation': [
    fills(FOUR('78'), by('locf'), [
      ['35:00', '74'],
      ['36:00', '77'],
      ['37:00', '78'],
      ['38:00', '78'],
    ]),
    fills(FOUR('78'), by('linear'), [
      ['35:00', '75'],
      ['36:00', '77'],
      ['37:00', '78'],
      ['38:00', '80'],
    ]),
    fills(FOUR('78'), by('null'), [
      ['35:00', null],
      ['36:00', '77'],
      ['37:00', '78'],
      ['38:00', null],
    ]),
    fills(FOUR('NULL'), by('linear'), [
      ['35:00', '75'],
      ['36:00', '77'],
      ['37:00', '78'],
      ['38:00', '80'],
    ]),
    fills(FOUR('NULL'), `${by('linear')}, ignore_null_values => FALSE`, [
      ['35:00', '75'],
      ['36:00', '77'],
      ['37:00', null],
      ['38:00', null],
    ]),
    fills(FOUR('79'), '', [
      ['35:00', null, null, null],
      ['36:00', '2', '77', 'ACTIVE'],
      ['37:00', '3', '79', 'ACTIVE'],
      ['38:00', null, null, null],
    ]),
    fills(OTHER, `, value_columns => [('signal', 'linear'), ('state', 'locf')]`, [
      ['35:00', '75', 'ACTIVE'],
      ['36:00', '77', 'INACTIVE'],
      ['37:00', '78', 'INACTIVE'],
      ['38:00', '78', 'ACTIVE'],
      ['39:00', '80', 'ACTIVE'],
    ]),
    fills(OTHER, `${by('null')}, origin => DATETIME '2023-11-01 09:30:01'`, [
      ['34:01', '74'],
      ...['35:01', '36:01', '37:01', '38:01'].map((clock) => [clock, null]),
      ['39:01', '80'],
    ]),
    fills(
      devices(
        row(2, '35:07', '87'),
        row(1, '35:26', '82'),
        row(3, '35:39', '74'),
        row(2, '36:07', '88'),
        row(1, '36:26', '82'),
        row(2, '37:07', '88'),
        row(1, '37:28', '80'),
        row(3, '37:39', '77'),
        row(2, '38:07', '86'),
        row(1, '38:26', '81'),
        row(3, '38:39', '77'),
      ),
      `, partitioning_columns => ['device_id']${by('locf')}`,
      [
        ['36:00', '1', '82'],
        ['37:00', '1', '82'],
        ['38:00', '1', '80'],
        ['36:00', '2', '87'],
        ['37:00', '2', '88'],
        ['38:00', '2', '88'],
        ['36:00', '3', '74'],
        ['37:00', '3', '74'],
        ['38:00', '3', '77'],
      ],
      'device_id, time',
    ),
  ],
  'other times': [
    [
      days(
        `SELECT DATE '2024-01-15' AS d, 1 AS x UNION ALL SELECT DATE '2024-04-01', 5`,
        `INTERVAL 1 MONTH, value_columns => [('x', 'locf')]`,
      ),
      [
        ['2024-02-01', '1'],
        ['2024-03-01', '1'],
        ['2024-04-01', '5'],
      ],
    ],
    [
      days(
        `SELECT TIMESTAMP '1970-01-01' AS d, 1.5 AS x UNION ALL SELECT TIMESTAMP '1970-01-03 12:00:00', 5`,
        `INTERVAL 1 DAY, value_columns => [('x', 'linear')]`,
      ),
      [
        ['0', '1.5'],
        ['86400000000', '2.9'],
        ['172800000000', '4.3'],
      ],
    ],
    [days(`SELECT DATE '2024-01-15' AS d, 1 AS x LIMIT 0`, 'INTERVAL 1 DAY'), []],
    // Before the first value there is none to carry.
    [
      days(
        `SELECT DATE '2024-01-01' AS d, NULL AS x UNION ALL SELECT DATE '2024-01-02', 5`,
        `INTERVAL 1 DAY, value_columns => [('x', 'locf')]`,
      ),
      [
        ['2024-01-01', null],
        ['2024-01-02', '5'],
      ],
    ],
  ],
  'what is refused': [
    [
      days(`SELECT DATE '2024-01-01' AS d, 1 AS x UNION ALL SELECT DATE '2024-01-01', 5`, 'INTERVAL 1 DAY'),
      invalid('not supported by the embedded warehouse: GAP_FILL of rows that have one time and different values'),
    ],
    [
      days(`SELECT CAST(NULL AS DATE) AS d, 1 AS x`, 'INTERVAL 1 DAY'),
      invalid('not supported by the embedded warehouse: GAP_FILL of a time that is NULL'),
    ],
    [
      days(`SELECT DATE '2024-01-01' AS d, 1 AS x`, 'INTERVAL 0 DAY'),
      invalid('GAP_FILL: bucket_width must be positive'),
    ],
    [
      days(`SELECT DATE '2024-01-01' AS d, 'a' AS x`, `INTERVAL 1 DAY, value_columns => [('x', 'linear')]`),
      invalid('GAP_FILL: column x of type STRING cannot be filled linearly at [1:107]'),
    ],
    [
      days(`SELECT DATE '2024-01-01' AS d, NUMERIC '1' AS x`, `INTERVAL 1 DAY, value_columns => [('x', 'linear')]`),
      invalid('not supported by the embedded warehouse: GAP_FILL by linear interpolation of NUMERIC at [1:115]'),
    ],
    [
      days(`SELECT DATE '2024-01-01' AS d`, `INTERVAL 1 DAY, value_columns => [('y', 'null')]`),
      invalid('Column y of GAP_FILL was not found in the table at [1:97]'),
    ],
  ],
});
