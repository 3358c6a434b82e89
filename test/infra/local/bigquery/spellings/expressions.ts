import fc from 'fast-check';

export type Kind = 'INT64' | 'FLOAT64' | 'STRING' | 'BOOL' | 'DATE';

/** How one spelling writes the leaves of an expression. */
export interface Leaves {
  column(name: string): string;
  literal(sql: string, kind: Kind): string;
}

/** An expression without its leaves: the same one is written down in many ways. It never fails, whatever the row. */
export type Expression = (leaves: Leaves) => string;

const column =
  (name: string): Expression =>
  (leaves) =>
    leaves.column(name);
const literal =
  (sql: string, kind: Kind): Expression =>
  (leaves) =>
    leaves.literal(sql, kind);
/** `of('GREATEST(?, ?)', a, b)`: the operands in the question marks' places. */
const of =
  (template: string, ...operands: Expression[]): Expression =>
  (leaves) => {
    let next = 0;
    return template.replaceAll('?', () => operands[next++]?.(leaves) ?? '');
  };

const leaf = (names: string[], values: string[], kind: Kind) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...names).map(column) },
    { weight: 1, arbitrary: fc.constantFrom(...values).map((sql) => literal(sql, kind)) },
  );

const templates = (list: string[], ...operands: fc.Arbitrary<Expression>[]): fc.Arbitrary<Expression> =>
  fc
    .tuple(fc.constantFrom(...list), ...operands)
    .map(([template, ...parts]) => of(template, ...(parts as Expression[])));

const ties = fc.letrec<Record<Kind, Expression>>((tie) => {
  const [int, float, text, bool, date] = [tie('INT64'), tie('FLOAT64'), tie('STRING'), tie('BOOL'), tie('DATE')];
  return {
    INT64: fc.oneof(
      { maxDepth: 2, depthSize: 'xsmall' },
      leaf(['i', 'j', 'st.x'], ['0', '1', '2', '(-3)'], 'INT64'),
      templates(
        ['(? + ?)', '(? - ?)', 'GREATEST(?, ?)', 'LEAST(?, ?)', 'COALESCE(?, ?)', 'IFNULL(?, ?)', 'NULLIF(?, ?)'],
        int,
        int,
      ),
      templates(['(-?)', 'ABS(?)', 'SIGN(?)', 'MOD(?, 3)', 'DIV(?, 2)', '(? * 2)', '(SELECT ?)'], int),
      templates(['IF(?, ?, ?)', 'CASE WHEN ? THEN ? ELSE ? END'], bool, int, int),
      templates(['CASE ? WHEN ? THEN 1 WHEN 2 THEN 5 END'], int, int),
      templates(['LENGTH(?)', 'STRPOS(?, "a")'], text),
      templates(['CAST(? AS INT64)'], bool),
      templates(['UNIX_DATE(?)', 'EXTRACT(DAY FROM ?)'], date),
      fc.constantFrom<Expression>(
        of('ARRAY_LENGTH(?)', column('arr')),
        of('(SELECT MAX(e) FROM UNNEST(?) AS e)', column('arr')),
        of('(SELECT COUNT(*) FROM UNNEST(?) AS e WHERE e > ?)', column('arr'), column('i')),
        of('(SELECT SUM(e + ?) FROM UNNEST(?) AS e)', column('j'), column('arr')),
        of('?[SAFE_OFFSET(1)]', column('arr')),
      ),
    ),
    FLOAT64: fc.oneof(
      { maxDepth: 2, depthSize: 'xsmall' },
      leaf(['f'], ['0.5', '(-1.5)', '2.0'], 'FLOAT64'),
      templates(['(? + ?)', '(? - ?)', 'COALESCE(?, ?)'], float, float),
      templates(['(? / 4)', 'CAST(? AS FLOAT64)'], int),
      templates(['IF(?, ?, ?)'], bool, float, float),
    ),
    STRING: fc.oneof(
      { maxDepth: 2, depthSize: 'xsmall' },
      leaf(['s', 'st.y'], ['"a"', '""', '"Zz%"'], 'STRING'),
      templates(['CONCAT(?, ?)', '(? || ?)', 'COALESCE(?, ?)', 'NULLIF(?, ?)'], text, text),
      templates(['UPPER(?)', 'SUBSTR(?, 2)', 'REVERSE(?)', 'TO_JSON_STRING(?)'], text),
      templates(['CAST(? AS STRING)'], int),
      templates(['IF(?, ?, ?)'], bool, text, text),
    ),
    BOOL: fc.oneof(
      { maxDepth: 3, depthSize: 'xsmall' },
      leaf(['b'], ['TRUE', 'FALSE'], 'BOOL'),
      templates(
        ['(? = ?)', '(? != ?)', '(? < ?)', '(? >= ?)', '(? IS DISTINCT FROM ?)', '(? IS NOT DISTINCT FROM ?)'],
        int,
        int,
      ),
      templates(['(? = ?)', '(? != ?)', '(? < ?)', '(? >= ?)', '(? IS DISTINCT FROM ?)'], float, float),
      templates(['(? = ?)', '(? > ?)', '(? LIKE ?)', 'STARTS_WITH(?, ?)'], text, text),
      templates(['(? < ?)', '(? = ?)'], date, date),
      templates(['(? AND ?)', '(? OR ?)', '(? = ?)'], bool, bool),
      templates(['(NOT ?)', '(? IS NULL)', '(? IS NOT TRUE)', '(? IS FALSE)'], bool),
      templates(['(? IS NULL)', '(? IN (1, 2))', '(? NOT IN (1, NULL))'], int),
      templates(['(? BETWEEN ? AND ?)', '(? IN (?, ?))', '(? NOT BETWEEN ? AND ?)'], int, int, int),
      templates(['(? BETWEEN ? AND ?)', '(? IN (?, ?))'], float, float, float),
      templates(['(STRUCT(?, ?) = STRUCT(?, ?))'], int, text, int, text),
      fc.constantFrom<Expression>(
        of('(? IN UNNEST(?))', column('i'), column('arr')),
        of('EXISTS(SELECT 1 FROM UNNEST(?) AS e WHERE e = ?)', column('arr'), column('i')),
        of('(? IN (SELECT k FROM shop.u))', column('i')),
        of('(? NOT IN (SELECT k FROM shop.u WHERE k IS NOT NULL))', column('i')),
        of('EXISTS(SELECT 1 FROM shop.u WHERE u.k = ? AND u.v = ?)', column('i'), column('s')),
        of('(? = (10, "p"))', column('st')),
      ),
    ),
    DATE: fc.oneof(
      { maxDepth: 2, depthSize: 'xsmall' },
      leaf(['d'], ['DATE "2020-02-29"'], 'DATE'),
      templates(['DATE_ADD(?, INTERVAL 1 MONTH)', 'DATE_TRUNC(?, MONTH)', 'LAST_DAY(?)'], date),
      templates(['COALESCE(?, ?)'], date, date),
    ),
  };
});

export const EXPRESSIONS: Record<Kind, fc.Arbitrary<Expression>> = ties;
