import { testFamilies } from './family.ts';

const counts = (window: string, values = '[0, NULL, 5, 5]') =>
  `SELECT x, COUNT(*) OVER (${window}) FROM UNNEST(${values}) x ORDER BY x`;

testFamilies({
  'RANGE frames: where NULLs sort': [
    [
      counts('ORDER BY x NULLS LAST RANGE BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING'),
      [
        [null, '1'],
        ['0', '4'],
        ['5', '3'],
        ['5', '3'],
      ],
    ],
    [
      counts('ORDER BY x RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING'),
      [
        [null, '1'],
        ['0', '1'],
        ['5', '2'],
        ['5', '2'],
      ],
    ],
    [
      counts('ORDER BY x DESC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING'),
      [
        [null, '1'],
        ['0', '4'],
        ['5', '3'],
        ['5', '3'],
      ],
    ],
    [
      counts('ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING', '[1.0, NULL, CAST("nan" AS FLOAT64), 1.5]'),
      [
        [null, '1'],
        ['NaN', '1'],
        ['1.0', '2'],
        ['1.5', '2'],
      ],
    ],
    [
      counts('ORDER BY x RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING', '[1.0, CAST("nan" AS FLOAT64)]'),
      /^invalidQuery: not supported .* NaN in the ORDER BY of a RANGE frame/,
    ],
  ],
  'frames that end before they begin are empty': [
    [
      'SELECT COUNT(*) OVER (ORDER BY x ROWS BETWEEN 3 FOLLOWING AND 1 FOLLOWING), COUNTIF(x > 0) OVER w, SUM(x) OVER w FROM UNNEST([1, 2]) x WINDOW w AS (ORDER BY x ROWS BETWEEN 0 PRECEDING AND 2 PRECEDING)',
      [
        ['0', '0', null],
        ['0', '0', null],
      ],
    ],
    [
      'SELECT COUNT(*) OVER (ORDER BY x RANGE BETWEEN 3 FOLLOWING AND 1 FOLLOWING) FROM UNNEST([1, 4]) x',
      [['0'], ['0']],
    ],
  ],
  'named windows': [
    [
      'SELECT SUM(x) OVER (w ROWS 1 PRECEDING) FROM UNNEST([1]) x WINDOW w AS (ORDER BY x ROWS 2 PRECEDING)',
      /^invalidQuery: The referenced window already has a frame/,
    ],
  ],
  'percentiles: shares as exact as their doubles are': [
    [
      'SELECT DISTINCT PERCENTILE_DISC(x, 0.1) OVER (), PERCENTILE_DISC(x, 0.3) OVER (), PERCENTILE_CONT(x, 0.9) OVER (), PERCENTILE_CONT(x, 0.9 RESPECT NULLS) OVER () FROM UNNEST(GENERATE_ARRAY(1, 10)) x',
      [['2', '3', '9.1', '9.1']],
    ],
    [
      'SELECT DISTINCT PERCENTILE_CONT(x, 0.9) OVER (), PERCENTILE_CONT(x, 0.5 RESPECT NULLS) OVER (), PERCENTILE_DISC(x, 0) OVER (), PERCENTILE_DISC(x, 0 RESPECT NULLS) OVER () FROM UNNEST([5, 7, NULL]) x',
      [['6.8', '5.0', '5', null]],
    ],
    [
      'SELECT PERCENTILE_CONT(x, 1.5) OVER () FROM UNNEST([1]) x',
      /^invalidQuery: Percentile argument must be in \[0, 1\]/,
    ],
  ],
});
