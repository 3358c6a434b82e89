import { testFamilies } from './family.ts';

const SALES = `UNNEST([
  STRUCT('ann' AS name, 1 AS day, 3 AS n), ('bob', 1, 5), ('cy', 2, 5), ('dee', 2, 7), ('eve', 2, 5), ('flo', NULL, 9)])`;

testFamilies({
  'HAVING MAX and MIN inside an aggregate': [
    [
      `SELECT COUNT(n HAVING MAX day), SUM(n HAVING MIN day), AVG(n HAVING MAX day) FROM ${SALES}`,
      [['3', '8', '5.666666666666667']],
    ],
    [`SELECT COUNT(DISTINCT n HAVING MAX day), COUNT(* HAVING MIN day) FROM ${SALES}`, [['2', '2']]],
    [`SELECT ARRAY_AGG(name HAVING MAX day ORDER BY name DESC LIMIT 2) FROM ${SALES}`, [[['eve', 'dee']]]],
    [`SELECT ARRAY_AGG(DISTINCT n HAVING MAX day ORDER BY n) FROM ${SALES}`, [[['5', '7']]]],
    [`SELECT STRING_AGG(name, '-' HAVING MIN day ORDER BY name) FROM ${SALES}`, [['ann-bob']]],
    [`SELECT COUNTIF(n > 4 HAVING MIN day), AVG(CAST(n AS NUMERIC) HAVING MIN day) FROM ${SALES}`, [['1', '4']]],
    [
      `SELECT APPROX_TOP_COUNT(n, 1 HAVING MAX day), APPROX_QUANTILES(n, 1 HAVING MAX day) FROM ${SALES}`,
      [[[['5', '2']], ['5', '7']]],
    ],
    // Keys are compared by =, so that of NULLs alone no row is taken.
    [`SELECT COUNT(n HAVING MAX day), MAX(n HAVING MAX day) FROM ${SALES} WHERE day IS NULL`, [['0', null]]],
    // The greatest of keys with a NaN is NaN, which equals nothing.
    [
      "SELECT COUNT(1 HAVING MAX x), ANY_VALUE(x HAVING MIN x) FROM UNNEST([1.5, CAST('nan' AS FLOAT64)]) AS x",
      [['0', null]],
    ],
  ],
  'WHERE inside an aggregate': [
    [`SELECT COUNT(* WHERE n > 4), COUNT(day WHERE n > 4), SUM(n WHERE day = 1) FROM ${SALES}`, [['5', '4', '8']]],
    [`SELECT ARRAY_AGG(name IGNORE NULLS WHERE n = 5 HAVING MAX day ORDER BY name) FROM ${SALES}`, [[['cy', 'eve']]]],
    [`SELECT SUM(n WHERE n > 100), STRING_AGG(name WHERE n > 100) FROM ${SALES}`, [[null, null]]],
    [`SELECT day FROM ${SALES} GROUP BY day HAVING SUM(n WHERE n > 6) = 7`, [['2']]],
    ["SELECT UPPER('a' WHERE TRUE)", 'invalidQuery: Function UPPER does not support WHERE in arguments at [1:8]'],
  ],
  'aggregates of nothing': [
    [
      "SELECT STRING_AGG(x ORDER BY x LIMIT 0), FORMAT('%T', ARRAY_AGG(x LIMIT 0)) FROM UNNEST(['a']) AS x",
      [[null, 'NULL']],
    ],
    ["SELECT FORMAT('%T', ARRAY_CONCAT_AGG([x] LIMIT 0)) FROM UNNEST(['a']) AS x", [['NULL']]],
    [
      "SELECT STRING_AGG(x, NULL) FROM UNNEST(['a']) AS x",
      'invalidQuery: Illegal NULL separator in STRING_AGG at [1:8]',
    ],
  ],
  'statistics of what is not finite': [
    ["SELECT STDDEV_POP(x), VARIANCE(x) FROM UNNEST([1, 2, CAST('nan' AS FLOAT64)]) AS x", [['NaN', 'NaN']]],
    ["SELECT VAR_POP(x), STDDEV_SAMP(x) FROM UNNEST([CAST('inf' AS FLOAT64), NULL]) AS x", [['NaN', null]]],
    [
      "SELECT CORR(x, y), COVAR_POP(x, y), COVAR_SAMP(x, y) FROM UNNEST([STRUCT(1.0 AS x, 2.0 AS y), (2, 4), (CAST('inf' AS FLOAT64), NULL)])",
      [['1.0', '0.5', '1.0']],
    ],
    ["SELECT CORR(x, y) FROM UNNEST([STRUCT(1.0 AS x, 2.0 AS y), (CAST('-inf' AS FLOAT64), 4)])", [['NaN']]],
  ],
});
