import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ORDERS } from './orders.ts';
import { run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, ORDERS);
});
afterAll(() => bed.stop());

type Case = [sql: string, rows: unknown[][]];

const FAMILIES: Record<string, Case[]> = {
  'select and from': [
    ['SELECT DISTINCT customer FROM shop.orders ORDER BY customer', [[null], ['ann'], ['bob']]],
    [
      'SELECT * EXCEPT (ts, day, tags, item) REPLACE (id * 10 AS id) FROM orders ORDER BY id LIMIT 1',
      [['10', 'ann', '10.5']],
    ],
    ['SELECT o.id, o.item.sku, o.item FROM `local.shop.orders` AS o WHERE o.id = 1', [['1', 'x', ['x', '1']]]],
    ['SELECT id FROM `local`.`shop`.`orders` WHERE id > 2 ORDER BY 1 DESC', [['4'], ['3']]],
    [
      'SELECT id, t FROM shop.orders, UNNEST(tags) AS t ORDER BY 1, 2',
      [
        ['1', 'a'],
        ['1', 'b'],
        ['3', 'c'],
      ],
    ],
    [
      'SELECT o.id, t, i FROM shop.orders o LEFT JOIN o.tags AS t WITH OFFSET AS i WHERE o.id < 3 ORDER BY 1, 3',
      [
        ['1', 'a', '0'],
        ['1', 'b', '1'],
        ['2', null, null],
      ],
    ],
    [
      'SELECT x, y FROM UNNEST([STRUCT(1 AS x, 2 AS y), (3, 4)])',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'SELECT a, b FROM UNNEST([1, 2]) a FULL JOIN UNNEST([2, 3]) b ON a = b ORDER BY a NULLS LAST',
      [
        ['1', null],
        ['2', '2'],
        [null, '3'],
      ],
    ],
    ['SELECT * FROM (SELECT 1 AS id, 2 AS x) JOIN (SELECT 1 AS id, 3 AS y) USING (id)', [['1', '2', '3']]],
    [
      'SELECT id, x, y FROM (SELECT 1 AS id, 2 AS x) FULL JOIN (SELECT 5 AS id, 3 AS y) USING (id) ORDER BY id',
      [
        ['1', '2', null],
        ['5', null, '3'],
      ],
    ],
    ['WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT a.x, b.x AS y FROM a, b', [['1', '2']]],
    ['SELECT 1, "two", TRUE', [['1', 'two', 'true']]],
    ['SELECT * FROM UNNEST(GENERATE_ARRAY(10, 1, -4))', [['10'], ['6'], ['2']]],
  ],
  subqueries: [
    ['SELECT (SELECT MAX(id) FROM shop.orders)', [['4']]],
    ['SELECT id FROM shop.orders o WHERE EXISTS (SELECT 1 FROM UNNEST(o.tags) t WHERE t = "c")', [['3']]],
    ['SELECT id FROM shop.orders WHERE id IN (SELECT n FROM UNNEST([2, 4]) n) ORDER BY id', [['2'], ['4']]],
    ['SELECT id FROM shop.orders WHERE id NOT IN (1, 2) ORDER BY id', [['3'], ['4']]],
    [
      'SELECT id, (SELECT COUNT(*) FROM shop.orders p WHERE p.customer = o.customer) n FROM shop.orders o ORDER BY id',
      [
        ['1', '2'],
        ['2', '1'],
        ['3', '2'],
        ['4', '0'],
      ],
    ],
    ['SELECT ARRAY(SELECT id FROM shop.orders ORDER BY id DESC LIMIT 2)', [[['4', '3']]]],
    [
      'SELECT 2 IN UNNEST([1, 2]), 3 IN UNNEST([1, NULL]), NULL IN (1), 1 IN UNNEST(CAST(NULL AS ARRAY<INT64>))',
      [['true', null, null, 'false']],
    ],
    ['SELECT (SELECT AS STRUCT 1 AS a, "b" AS b).b', [['b']]],
  ],
  grouping: [
    [
      'SELECT customer, COUNT(*), SUM(amount) FROM shop.orders GROUP BY customer ORDER BY 1',
      [
        [null, '1', '7.25'],
        ['ann', '2', '10.5'],
        ['bob', '1', '20'],
      ],
    ],
    ['SELECT UPPER(customer) AS customer, COUNT(*) n FROM shop.orders GROUP BY 1 HAVING n > 1', [['ANN', '2']]],
    [
      'SELECT EXTRACT(MONTH FROM day) m, COUNT(*) FROM shop.orders GROUP BY ALL ORDER BY m',
      [
        [null, '1'],
        ['1', '3'],
      ],
    ],
    [
      'SELECT customer, SUM(id) FROM shop.orders WHERE customer IS NOT NULL GROUP BY ROLLUP (customer) ORDER BY 1, 2',
      [
        [null, '6'],
        ['ann', '4'],
        ['bob', '2'],
      ],
    ],
    [
      'SELECT COUNT(amount), COUNT(DISTINCT customer), COUNTIF(id > 2), AVG(id), MIN(day), MAX(customer) FROM shop.orders',
      [['3', '2', '2', '2.5', '2026-01-01', 'bob']],
    ],
    ['SELECT AVG(amount), SUM(amount) / 3 FROM shop.orders', [['12.583333333', '12.583333333']]],
    [
      'SELECT STRING_AGG(customer, "-" ORDER BY customer DESC LIMIT 2), STRING_AGG(DISTINCT customer ORDER BY customer) FROM shop.orders',
      [['bob-ann', 'ann,bob']],
    ],
    ['SELECT ARRAY_AGG(customer IGNORE NULLS ORDER BY id DESC LIMIT 2) FROM shop.orders', [[['ann', 'bob']]]],
    [
      'SELECT LOGICAL_AND(id > 0), LOGICAL_OR(id > 3), APPROX_COUNT_DISTINCT(customer), ANY_VALUE(id HAVING MAX ts) FROM shop.orders',
      [['true', 'true', '2', '3']],
    ],
    ['SELECT STDDEV(x), VARIANCE(x), VAR_POP(x) FROM UNNEST([2, 4]) x', [['1.4142135623730951', '2.0', '1.0']]],
    ['SELECT SUM(x), MIN(x), ARRAY_AGG(x) FROM UNNEST(CAST([] AS ARRAY<INT64>)) x', [[null, null, []]]],
  ],
  windows: [
    [
      'SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY id DESC) FROM shop.orders ORDER BY id',
      [
        ['1', '2'],
        ['2', '1'],
        ['3', '1'],
        ['4', '1'],
      ],
    ],
    [
      'SELECT id FROM shop.orders WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY customer ORDER BY id DESC) = 1 ORDER BY id',
      [['2'], ['3'], ['4']],
    ],
    [
      'SELECT id, SUM(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), LAG(id, 1, 0) OVER w FROM shop.orders WINDOW w AS (ORDER BY id) ORDER BY id',
      [
        ['1', '1', '0'],
        ['2', '3', '1'],
        ['3', '5', '2'],
        ['4', '7', '3'],
      ],
    ],
    [
      'SELECT x, RANK() OVER (ORDER BY x), DENSE_RANK() OVER (ORDER BY x), NTILE(2) OVER (ORDER BY x) FROM UNNEST([1, 1, 2]) x ORDER BY 2, 4',
      [
        ['1', '1', '1', '1'],
        ['1', '1', '1', '1'],
        ['2', '3', '2', '2'],
      ],
    ],
    [
      'SELECT LAST_VALUE(x IGNORE NULLS) OVER (ORDER BY o) FROM UNNEST([1, NULL, 3]) x WITH OFFSET o ORDER BY o',
      [['1'], ['1'], ['3']],
    ],
    [
      'SELECT x, COUNT(*) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM UNNEST([1, 2, 5]) x ORDER BY x',
      [
        ['1', '2'],
        ['2', '2'],
        ['5', '1'],
      ],
    ],
  ],
  'order and sets': [
    ['SELECT customer FROM shop.orders ORDER BY customer DESC, id', [['bob'], ['ann'], ['ann'], [null]]],
    [
      'SELECT x FROM UNNEST([1.5, CAST("nan" AS FLOAT64), NULL, -1]) x ORDER BY x',
      [[null], ['NaN'], ['-1.0'], ['1.5']],
    ],
    ['SELECT 1 AS x UNION ALL SELECT 2.5 UNION ALL SELECT NULL ORDER BY x LIMIT 2 OFFSET 1', [['1.0'], ['2.5']]],
    ['(SELECT 1 UNION DISTINCT SELECT 1) EXCEPT DISTINCT SELECT 2', [['1']]],
    ['SELECT 1 INTERSECT DISTINCT (SELECT 1 UNION ALL SELECT 2)', [['1']]],
    ['SELECT * FROM (SELECT 1 AS a LIMIT 0) UNION ALL SELECT 2', [['2']]],
  ],
};

describe.each(Object.entries(FAMILIES))('%s', (_, cases) => {
  test.each(cases)('%s', async (sql, rows) => {
    expect(await run(bed, sql)).toEqual(rows);
  });
});

const param = (type: object, value: object, name?: string) => ({
  ...(name !== undefined && { name }),
  parameterType: type,
  parameterValue: value,
});

test.each([
  [
    'SELECT @a + 1, @b',
    [param({ type: 'INT64' }, { value: '41' }, 'a'), param({ type: 'STRING' }, { value: "it's" }, 'b')],
    [['42', "it's"]],
  ],
  ['SELECT ? || ?', [param({ type: 'STRING' }, { value: 'a' }), param({ type: 'STRING' }, { value: 'b' })], [['ab']]],
  [
    'SELECT x FROM UNNEST(@ids) x WHERE x IN UNNEST(@ids)',
    [param({ type: 'ARRAY', arrayType: { type: 'INT64' } }, { arrayValues: [{ value: '7' }] }, 'ids')],
    [['7']],
  ],
  [
    'SELECT @s.b',
    [
      param(
        {
          type: 'STRUCT',
          structTypes: [
            { name: 'a', type: { type: 'DATE' } },
            { name: 'b', type: { type: 'BOOL' } },
          ],
        },
        { structValues: { a: { value: '2026-01-01' }, b: { value: 'true' } } },
        's',
      ),
    ],
    [['true']],
  ],
  [
    'SELECT @d < DATE "2026-01-02", @t, @n',
    [
      param({ type: 'DATE' }, { value: '2026-01-01' }, 'd'),
      param({ type: 'TIMESTAMP' }, { value: '2026-01-01 00:00:00 UTC' }, 't'),
      param({ type: 'INT64' }, { value: null }, 'n'),
    ],
    [['true', '1767225600000000', null]],
  ],
  [
    'SELECT id FROM shop.orders WHERE day BETWEEN @from AND @to ORDER BY id LIMIT @n',
    [
      param({ type: 'DATE' }, { value: '2026-01-01' }, 'from'),
      param({ type: 'DATE' }, { value: '2026-01-02' }, 'to'),
      param({ type: 'INT64' }, { value: '1' }, 'n'),
    ],
    [['1']],
  ],
  [
    'SELECT @b',
    [param({ type: 'BYTES' }, { value: '!!!' }, 'b')],
    'invalid: Invalid query parameter value: "!!!" is no BYTES',
  ],
  [
    'SELECT @n',
    [param({ type: 'INT64' }, { value: '9223372036854775808' }, 'n')],
    'invalid: Invalid query parameter value: "9223372036854775808" is no INT64',
  ],
  [
    'SELECT @n',
    [param({ type: 'INT64' }, { value: '1' }, 'n'), param({ type: 'INT64' }, { value: '2' }, 'N')],
    'invalid: Duplicate query parameter name: N',
  ],
])('query parameters stand for their values: %s', async (sql, queryParameters, rows) => {
  expect(await run(bed, sql, { queryParameters })).toEqual(rows);
});

test('the client’s own values come back as they went', async () => {
  const params = {
    int: 3,
    text: 'é',
    list: ['a', 'b'],
    at: bed.client.timestamp('2026-01-01T00:00:00Z'),
    day: bed.client.date('2026-01-01'),
  };
  const [rows] = await bed.client.query({
    query:
      'SELECT @int AS int, @text AS text, @list AS list, @at AS moment, @day AS day, NUMERIC "1.5" AS n, b"x" AS bytes',
    params,
  });
  expect(rows).toMatchObject([
    {
      int: 3,
      text: 'é',
      list: ['a', 'b'],
      moment: { value: '2026-01-01T00:00:00.000Z' },
      day: { value: '2026-01-01' },
    },
  ]);
});
