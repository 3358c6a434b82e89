import { testFamilies } from './family.ts';

const values = "UNNEST([NUMERIC '1', NUMERIC '2', NUMERIC '4', NULL]) x";

testFamilies({
  'variances of decimals, exact but for their last division': [
    [
      `SELECT VAR_POP(x), VAR_SAMP(x), VARIANCE(x), STDDEV_POP(x), STDDEV(x), CORR(x, x), COVAR_POP(x, x) FROM ${values}`,
      [
        [
          '1.5555555555555556',
          '2.3333333333333335',
          '2.3333333333333335',
          '1.247219128924647',
          '1.5275252316519468',
          '1.0',
          '1.5555555555555556',
        ],
      ],
    ],
    // Doubles hold none of the digits that differ.
    [
      "SELECT VARIANCE(x) FROM UNNEST([NUMERIC '99999999999999999999999999999.999999999', NUMERIC '99999999999999999999999999999.999999998', NUMERIC '99999999999999999999999999999.999999997']) x",
      [['1e-18']],
    ],
    [
      "SELECT VAR_POP(x), STDDEV_SAMP(x) FROM UNNEST([BIGNUMERIC '1e-38', BIGNUMERIC '2e-38', BIGNUMERIC '5e38']) x",
      [['5.555555555555556e+76', '2.8867513459481292e+38']],
    ],
    [
      "SELECT CORR(x, y), COVAR_SAMP(x, y), COVAR_POP(y, x) FROM UNNEST([STRUCT(NUMERIC '1' AS x, 2 AS y), (NUMERIC '2', 5), (NUMERIC '4', 7), (NULL, 1), (NUMERIC '4', NULL)])",
      [['0.9538209664765319', '3.6666666666666665', '2.4444444444444446']],
    ],
    [
      "SELECT CORR(x, x), COVAR_SAMP(x, x), VAR_POP(x) FROM UNNEST([NUMERIC '1', NUMERIC '1']) x",
      [['NaN', '0.0', '0.0']],
    ],
    [
      "SELECT CORR(x, x), VAR_SAMP(x), STDDEV(x), VAR_POP(x), COVAR_POP(x, x) FROM UNNEST([NUMERIC '5']) x",
      [[null, null, null, '0.0', '0.0']],
    ],
    ['SELECT VAR_POP(x), CORR(x, x) FROM UNNEST(ARRAY<NUMERIC>[]) x', [[null, null]]],
  ],
  'variances of decimals with what stands beside an aggregate': [
    [
      "SELECT VAR_POP(DISTINCT x), VARIANCE(DISTINCT x), VAR_POP(x HAVING MAX x) FROM UNNEST([NUMERIC '1', NUMERIC '-1', NUMERIC '1', NULL]) x",
      [['1.0', '2.0', '0.0']],
    ],
    [
      `SELECT VAR_SAMP(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM ${values}`,
      [[null], [null], ['0.5'], ['2.0']],
    ],
    [
      `SELECT COVAR_POP(DISTINCT x, x) FROM ${values}`,
      'invalidQuery: not supported by the embedded warehouse: COVAR_POP of decimals with DISTINCT at [1:8]',
    ],
  ],
  'TYPEOF is of all rows where its argument is': [
    [`SELECT TYPEOF(AVG(x)), TYPEOF(VAR_POP(x)) FROM ${values}`, [['NUMERIC', 'FLOAT64']]],
    [
      "SELECT TYPEOF(NULL), TYPEOF(x) FROM UNNEST(['a', NULL]) x",
      [
        ['INT64', 'STRING'],
        ['INT64', 'STRING'],
      ],
    ],
  ],
  'the sign of zero': [
    [
      'SELECT -0.0, CEIL(-0.5), ROUND(-0.4), 0.0 * -1, ABS(-0.0), CAST(-0.0 AS STRING), -0.0 = 0.0',
      [['-0.0', '-0.0', '-0.0', '-0.0', '0.0', '0', 'true']],
    ],
  ],
  'rounding where a product with a power of ten has no digits left behind the point': [
    [
      'SELECT ROUND(123456789012345.67, 2), ROUND(98765432109876.54, 2), ROUND(1.115, 2)',
      [['123456789012345.67', '98765432109876.55', '1.11']],
    ],
  ],
  'LIKE with arrays of patterns': [
    [String.raw`SELECT "ab" LIKE ANY UNNEST(["ab\\"])`, 'invalidQuery: LIKE pattern ends with a backslash'],
    [
      String.raw`SELECT "ab" NOT LIKE ALL UNNEST([p]) FROM (SELECT "ab\\" AS p)`,
      'invalidQuery: LIKE pattern ends with a backslash',
    ],
    [
      'SELECT "ab" LIKE ANY UNNEST(["a%", NULL]), "xb" LIKE ANY UNNEST(["a%", NULL]), "ab" LIKE ALL UNNEST(["a%", NULL]), "ab" NOT LIKE ANY UNNEST(["ab", "x"]), "ab" NOT LIKE ALL UNNEST(["x", NULL]), b"ab" LIKE ANY UNNEST([b"a%"])',
      [['true', null, null, 'true', null, 'true']],
    ],
    ['SELECT "ab" LIKE ANY UNNEST([]), "ab" LIKE ALL UNNEST([])', [['false', 'true']]],
    [
      'SELECT "ab" LIKE ANY UNNEST([1])',
      'invalidQuery: No matching signature for operator LIKE for argument types: STRING, INT64 at [1:13]',
    ],
  ],
});
