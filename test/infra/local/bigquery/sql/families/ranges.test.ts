import { testFamilies } from './family.ts';

const invalid = (message: string) => `invalidQuery: ${message}`;
const date = (text: string) => `RANGE<DATE> '[${text})'`;

testFamilies(
  {
    'constructors and literals': [
      [
        `SELECT RANGE(DATE '2022-12-01', DATE '2022-12-31'), RANGE(DATETIME '2022-10-01 14:53:27', DATETIME '2022-10-01 16:00:00')`,
        [['[2022-12-01, 2022-12-31)', '[2022-10-01T14:53:27, 2022-10-01T16:00:00)']],
      ],
      [
        `SELECT RANGE(TIMESTAMP '2022-10-01 14:53:27 America/Los_Angeles', TIMESTAMP '2022-10-01 16:00:00 America/Los_Angeles')`,
        [['[1664661207000000, 1664665200000000)']],
      ],
      [
        `SELECT RANGE(NULL, DATE '2022-12-31'), RANGE(DATE '2022-10-01', NULL), ${date('unbounded, NULL')}, CAST(NULL AS RANGE<DATE>)`,
        [['[UNBOUNDED, 2022-12-31)', '[2022-10-01, UNBOUNDED)', '[UNBOUNDED, UNBOUNDED)', null]],
      ],
      [
        `SELECT RANGE(DATE '2022-12-31', DATE '2022-12-31')`,
        invalid('Range start element must be smaller than range end element: [2022-12-31, 2022-12-31)'),
      ],
      [`SELECT SAFE.RANGE(DATE '2022-12-31', DATE '2022-12-30'), SAFE_CAST('x' AS RANGE<DATE>)`, [[null, null]]],
      [
        `SELECT RANGE<DATE> '[2022-12-31,2023-01-01)'`,
        invalid(
          'Failed to parse range: range must be formatted exactly as [START, END) with two parts, START and END, divided with ", "',
        ),
      ],
      [
        `SELECT RANGE<DATE> '(2022-12-31, 2023-01-01)'`,
        invalid(
          'Failed to parse range: range must be formatted exactly as [START, END) (found (2022-12-31, 2023-01-01))',
        ),
      ],
      [`SELECT RANGE<INT64> '[1, 2)'`, invalid('Unsupported range element type: RANGE<INT64> at [1:8]')],
    ],
    'text of ranges': [
      [
        `SELECT CAST(RANGE<DATETIME> '[2022-10-01 14:53:27, UNBOUNDED)' AS STRING), CAST(CAST('[2022-10-01, 2022-10-02)' AS RANGE<DATE>) AS STRING)`,
        [['[2022-10-01 14:53:27, UNBOUNDED)', '[2022-10-01, 2022-10-02)']],
      ],
      [
        `SELECT FORMAT('%t %T', ${date('2022-10-01, UNBOUNDED')}, ${date('2022-10-01, UNBOUNDED')})`,
        [['[2022-10-01, UNBOUNDED) RANGE<DATE> "[2022-10-01, UNBOUNDED)"']],
      ],
      [
        `SELECT TO_JSON_STRING(RANGE<DATETIME> '[2024-07-24 10:00:00, UNBOUNDED)'), TO_JSON_STRING([${date('2024-07-24, 2024-07-25')}])`,
        [['{"start":"2024-07-24T10:00:00","end":null}', '[{"start":"2024-07-24","end":"2024-07-25"}]']],
      ],
    ],
    'bounds and containment': [
      [
        `SELECT RANGE_START(r), RANGE_END(r) FROM UNNEST([${date('2022-12-01, 2022-12-31')}, ${date('UNBOUNDED, 2022-12-31')}, ${date('2022-12-01, UNBOUNDED')}, NULL]) r WITH OFFSET o ORDER BY o`,
        [
          ['2022-12-01', '2022-12-31'],
          [null, '2022-12-31'],
          ['2022-12-01', null],
          [null, null],
        ],
      ],
      [
        `SELECT RANGE_CONTAINS(r, ${date('2022-04-01, 2022-07-01')}), RANGE_CONTAINS(r, ${date('2023-01-01, 2023-04-01')}), RANGE_CONTAINS(r, r), RANGE_CONTAINS(r, DATE '2022-04-01'), RANGE_CONTAINS(r, DATE '2023-01-01'), RANGE_CONTAINS(r, CAST(NULL AS DATE))
         FROM UNNEST([${date('2022-01-01, 2023-01-01')}]) r`,
        [['true', 'false', 'true', 'true', 'false', null]],
      ],
      [
        `SELECT RANGE_OVERLAPS(${date('2022-02-01, 2022-09-01')}, ${date('2021-06-15, 2022-04-15')}), RANGE_OVERLAPS(${date('2020-02-01, 2020-09-01')}, ${date('2021-06-15, 2022-04-15')}), RANGE_OVERLAPS(${date('2022-02-01, UNBOUNDED')}, ${date('2021-06-15, UNBOUNDED')}), RANGE_OVERLAPS(${date('UNBOUNDED, 2021-06-15')}, ${date('2021-06-15, 2022-04-15')}), RANGE_OVERLAPS(NULL, ${date('2021-06-15, UNBOUNDED')})`,
        [['true', 'false', 'true', 'false', null]],
      ],
      [
        `SELECT RANGE_INTERSECT(${date('2022-02-01, 2022-09-01')}, ${date('2021-06-15, 2022-04-15')}), RANGE_INTERSECT(${date('2022-02-01, UNBOUNDED')}, ${date('2021-06-15, 2022-04-15')}), RANGE_INTERSECT(${date('2022-02-01, UNBOUNDED')}, ${date('2021-06-15, UNBOUNDED')}), SAFE.RANGE_INTERSECT(${date('2022-02-01, 2022-02-02')}, ${date('2022-02-02, 2022-02-03')}), RANGE_INTERSECT(NULL, ${date('2021-06-15, UNBOUNDED')})`,
        [['[2022-02-01, 2022-04-15)', '[2022-02-01, 2022-04-15)', '[2022-02-01, UNBOUNDED)', null, null]],
      ],
      [
        `SELECT RANGE_INTERSECT(${date('2022-02-01, 2022-02-02')}, ${date('2022-02-02, UNBOUNDED')})`,
        invalid('Provided RANGE inputs: [2022-02-01, 2022-02-02) and [2022-02-02, UNBOUNDED) do not overlap.'),
      ],
    ],
    'comparison and order': [
      [
        `SELECT ${date('2020-01-01, 2020-01-02')} < ${date('2020-01-01, UNBOUNDED')}, ${date('UNBOUNDED, 2020-01-02')} < ${date('2019-01-01, 2020-01-02')}, ${date('UNBOUNDED, UNBOUNDED')} = ${date('UNBOUNDED, UNBOUNDED')}, ${date('UNBOUNDED, UNBOUNDED')} < ${date('UNBOUNDED, 2020-01-02')}, CAST(NULL AS RANGE<DATE>) = ${date('UNBOUNDED, UNBOUNDED')}`,
        [['true', 'true', 'true', 'false', null]],
      ],
      [
        `SELECT r, COUNT(*) FROM UNNEST([${date('2020-01-02, UNBOUNDED')}, ${date('UNBOUNDED, 2020-01-02')}, NULL, ${date('2020-01-02, 2020-01-03')}, ${date('2020-01-02, 2020-01-03')}]) r GROUP BY r ORDER BY r`,
        [
          [null, '1'],
          ['[UNBOUNDED, 2020-01-02)', '1'],
          ['[2020-01-02, 2020-01-03)', '2'],
          ['[2020-01-02, UNBOUNDED)', '1'],
        ],
      ],
    ],
    'arrays of subranges': [
      [
        `SELECT GENERATE_RANGE_ARRAY(r, INTERVAL 3 DAY), GENERATE_RANGE_ARRAY(r, INTERVAL 2 DAY, TRUE), GENERATE_RANGE_ARRAY(r, INTERVAL 2 DAY, FALSE) FROM UNNEST([${date('2020-01-01, 2020-01-06')}]) r`,
        [
          [
            ['[2020-01-01, 2020-01-04)', '[2020-01-04, 2020-01-06)'],
            ['[2020-01-01, 2020-01-03)', '[2020-01-03, 2020-01-05)', '[2020-01-05, 2020-01-06)'],
            ['[2020-01-01, 2020-01-03)', '[2020-01-03, 2020-01-05)'],
          ],
        ],
      ],
      [
        `SELECT GENERATE_RANGE_ARRAY(${date('2020-01-31, 2020-05-01')}, INTERVAL 1 MONTH), GENERATE_RANGE_ARRAY(RANGE<TIMESTAMP> '[1970-01-01, 1970-01-02)', INTERVAL 12 HOUR), GENERATE_RANGE_ARRAY(RANGE<DATETIME> '[2020-01-01, 2021-06-01)', INTERVAL 1 YEAR), GENERATE_RANGE_ARRAY(CAST(NULL AS RANGE<DATE>), INTERVAL 1 DAY)`,
        [
          [
            [
              '[2020-01-31, 2020-02-29)',
              '[2020-02-29, 2020-03-31)',
              '[2020-03-31, 2020-04-30)',
              '[2020-04-30, 2020-05-01)',
            ],
            ['[0, 43200000000)', '[43200000000, 86400000000)'],
            ['[2020-01-01T00:00:00, 2021-01-01T00:00:00)', '[2021-01-01T00:00:00, 2021-06-01T00:00:00)'],
            [],
          ],
        ],
      ],
      ...(
        [
          [`${date('2020-01-01, UNBOUNDED')}, INTERVAL 1 DAY`, 'input RANGE cannot have UNBOUNDED endpoints'],
          [`${date('2020-01-01, 2020-01-02')}, INTERVAL 0 DAY`, 'step cannot be 0'],
          [`${date('2020-01-01, 2020-01-02')}, INTERVAL -1 DAY`, 'step cannot be negative'],
          [
            `RANGE<TIMESTAMP> '[2020-01-01, 2020-01-02)', INTERVAL 1 MONTH`,
            'step with non-zero MONTH or YEAR part is not supported',
          ],
        ] as const
      ).map(([args, rule]): [string, string] => [
        `SELECT GENERATE_RANGE_ARRAY(${args})`,
        invalid(`GENERATE_RANGE_ARRAY: ${rule}`),
      ]),
    ],
    sessions: [
      [
        `SELECT emp_id, duration, session_range FROM RANGE_SESSIONIZE(TABLE shop.s, 'duration', ['emp_id']) ORDER BY emp_id, duration`,
        [
          ['10', '[2010-01-10, 2010-03-10)', '[2010-01-10, 2010-08-18)'],
          ['10', '[2010-03-10, 2010-07-15)', '[2010-01-10, 2010-08-18)'],
          ['10', '[2010-06-15, 2010-08-18)', '[2010-01-10, 2010-08-18)'],
          ['20', '[2010-03-10, 2010-07-20)', '[2010-03-10, 2010-07-20)'],
          ['20', '[2020-05-10, 2020-09-20)', '[2020-05-10, 2020-09-20)'],
        ],
      ],
      [
        `SELECT s.duration, session_range FROM RANGE_SESSIONIZE((SELECT * FROM shop.s WHERE emp_id = 10), 'DURATION', ['emp_id'], 'OVERLAPS') AS s ORDER BY duration`,
        [
          ['[2010-01-10, 2010-03-10)', '[2010-01-10, 2010-03-10)'],
          ['[2010-03-10, 2010-07-15)', '[2010-03-10, 2010-08-18)'],
          ['[2010-06-15, 2010-08-18)', '[2010-03-10, 2010-08-18)'],
        ],
      ],
      [
        `SELECT emp_id, session_range AS normalized FROM RANGE_SESSIONIZE(TABLE shop.s, 'duration', ['emp_id'], 'MEETS') GROUP BY emp_id, normalized ORDER BY 1, 2`,
        [
          ['10', '[2010-01-10, 2010-08-18)'],
          ['20', '[2010-03-10, 2010-07-20)'],
          ['20', '[2020-05-10, 2020-09-20)'],
        ],
      ],
      [
        `SELECT 1 FROM RANGE_SESSIONIZE(TABLE shop.s, 'emp_id', [])`,
        invalid('RANGE_SESSIONIZE: column emp_id has type INT64, not RANGE at [1:46]'),
      ],
      [
        `SELECT session_range FROM RANGE_SESSIONIZE((SELECT CAST(NULL AS RANGE<DATE>) AS r), 'r', [])`,
        invalid('not supported by the embedded warehouse: RANGE_SESSIONIZE of a range that is NULL'),
      ],
    ],
    'variables and types': [
      [
        `DECLARE r RANGE<DATE> DEFAULT ${date('2020-01-01, UNBOUNDED')}; DECLARE t ARRAY<RANGE<TIMESTAMP>> DEFAULT [RANGE<TIMESTAMP> '[1970-01-02, UNBOUNDED)']; SELECT r, t, RANGE_END(r)`,
        [['[2020-01-01, UNBOUNDED)', ['[86400000000, UNBOUNDED)'], null]],
      ],
      [`SELECT data_type FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE column_name = 'duration'`, [['RANGE<DATE>']]],
      [
        `ALTER TABLE shop.s ALTER COLUMN duration SET DATA TYPE RANGE<DATETIME>`,
        invalid(
          'ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (RANGE<DATE>) is assignable to the new type (RANGE<DATETIME>) at [1:20]',
        ),
      ],
    ],
  },
  `CREATE TABLE shop.s (emp_id INT64, dept_id INT64, duration RANGE<DATE>);
   INSERT shop.s VALUES (10, 1000, RANGE<DATE> '[2010-01-10, 2010-03-10)'), (10, 2000, RANGE<DATE> '[2010-03-10, 2010-07-15)'),
     (10, 2000, RANGE<DATE> '[2010-06-15, 2010-08-18)'), (20, 2000, RANGE<DATE> '[2010-03-10, 2010-07-20)'),
     (20, 1000, RANGE<DATE> '[2020-05-10, 2020-09-20)')`,
);
