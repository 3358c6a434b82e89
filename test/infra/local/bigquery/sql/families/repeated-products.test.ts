import { testFamilies } from './family.ts';

const SETUP = `
  CREATE TABLE shop.l (k STRING, a NUMERIC, b NUMERIC, c NUMERIC);
  INSERT shop.l VALUES ('x', 1.000000001, 1.5, 2), ('x', 3, 0.000000001, 0.5), ('y', -7.25, 2, NULL), ('y', NULL, 1, 1)`;

const HUGE = '99999999999999999999999999999';

testFamilies(
  {
    'products that stand several times': [
      [
        'SELECT k, SUM(a * b) AS p, SUM(a * b * c) AS q, AVG(a * b) AS r FROM shop.l GROUP BY k ORDER BY k',
        [
          ['x', '1.500000005', '3.000000006', '0.750000003'],
          ['y', '-14.5', null, '-14.5'],
        ],
      ],
      ["SELECT SUM(a * b) / SUM(IF(k = 'r1.k', a * b, 1)) FROM shop.l", [['-3.249999999']]],
      [
        'SELECT k, SUM(l.a * b) AS p FROM shop.l GROUP BY k HAVING SUM(l.a * b) + MAX(l.a * b) < 0 ORDER BY SUM(l.a * b) + COUNT(*)',
        [['y', '-14.5']],
      ],
      [
        'SELECT a, b, a * b, SUM(a * b) FROM shop.l WHERE k = "y" AND a < 0 GROUP BY a, b',
        [['-7.25', '2', '-14.5', '-14.5']],
      ],
      ['SELECT a * b AS p, SUM(a * b) FROM shop.l WHERE a > 2 GROUP BY p', [['0.000000003', '0.000000003']]],
      [
        'SELECT k, m.n, SUM(a * m.n) AS p, SUM(a * m.n) + SUM(a * m.n * b) AS q FROM shop.l CROSS JOIN (SELECT NUMERIC "2" AS n) AS m GROUP BY ROLLUP (k, m.n) ORDER BY k, m.n',
        [
          [null, null, '-6.499999998', '-32.499999989'],
          ['x', null, '8.000000002', '11.000000011'],
          ['x', '2', '8.000000002', '11.000000011'],
          ['y', null, '-14.5', '-43.5'],
          ['y', '2', '-14.5', '-43.5'],
        ],
      ],
      [
        'SELECT (SELECT SUM(l.a * l.b) - SUM(l.a * l.b * e) FROM UNNEST([2, 3]) AS e) FROM shop.l WHERE a > 2',
        [['-0.000000009']],
      ],
      ['SELECT SUM(a * b), SUM(a * b * 2) FROM shop.l WHERE FALSE', [[null, null]]],
    ],
    'products that are not computed where they were not': [
      [
        `SELECT SUM(IF(c > 1, a * NUMERIC '${HUGE}', 0)), SUM(IF(c > 1, a * NUMERIC '${HUGE}', 1)) FROM shop.l WHERE a < 2`,
        'invalidQuery: numeric overflow: 1.000000001 * 99999999999999999999999999999',
      ],
      [
        `SELECT SUM(IF(c > 9, a * NUMERIC '${HUGE}', 0)), SUM(IF(c > 9, a * NUMERIC '${HUGE}', 1)) FROM shop.l WHERE k = 'x'`,
        [['0', '2']],
      ],
      [
        `SELECT SUM(a * b), SUM(a * b * c) FROM shop.l WHERE a * NUMERIC '0.1' > 0 AND k = 'x' AND b < 1`,
        [['0.000000003', '0.000000002']],
      ],
    ],
  },
  SETUP,
);
