import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../../../infra/local/bigquery/sql/parse/statements.ts';
import type { Expr } from '../../../../../../infra/local/bigquery/sql/parse/tree.ts';

/** An expression with every operator's reach made visible. */
function show(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return expr.value;
    case 'path':
      return expr.names.map((name) => name.name).join('.');
    case 'unary':
      return `(${expr.op} ${show(expr.of)})`;
    case 'binary':
      return `(${show(expr.left)} ${expr.op} ${show(expr.right)})`;
    case 'between':
      return `(${show(expr.of)} BETWEEN ${show(expr.low)} .. ${show(expr.high)})`;
    case 'is':
      return `(${show(expr.of)} IS ${expr.what})`;
    case 'element':
      return `${show(expr.of)}[${expr.how} ${show(expr.index)}]`;
    case 'field':
      return `${show(expr.of)}.${expr.name.name}`;
    default:
      return expr.kind;
  }
}

function expression(sql: string): string {
  const statement = parseScript(`SELECT ${sql}`).statements[0]?.statement;
  const item =
    statement?.kind === 'query' && statement.query.body.kind === 'select' ? statement.query.body.items[0] : undefined;
  return item?.kind === 'expr' ? show(item.expr) : 'no expression';
}

describe('operators bind as GoogleSQL’s do', () => {
  test.each([
    ['1 + 2 * 3 - 4', '((1 + (2 * 3)) - 4)'],
    ['a OR b AND NOT c = d', '(a OR (b AND (NOT (c = d))))'],
    ['a | b ^ c & d << 1 + 2', '(a | (b ^ (c & (d << (1 + 2)))))'],
    ['-1 - -a', '(-1 - (- a))'],
    ['a || b = c', '((a || b) = c)'],
    ['a BETWEEN 1 AND 2 AND b', '((a BETWEEN 1 .. 2) AND b)'],
    ['NOT a IS NULL', '(NOT (a IS NULL))'],
    ['a.b[OFFSET(1)].c', 'a.b[offset 1].c'],
    ['a NOT LIKE b', '(NOT (a LIKE b))'],
  ])('%s', (sql, expected) => {
    expect(expression(sql)).toBe(expected);
  });
});

test.each([
  ['SELECT 1; ; SELECT 2;', ['query', 'query']],
  ['BEGIN TRANSACTION; INSERT t VALUES (1); COMMIT', ['begin', 'insert', 'commit']],
  ['BEGIN; ROLLBACK TRANSACTION;', ['begin', 'rollback']],
  ['((SELECT 1) UNION ALL (SELECT 2)) LIMIT 1', ['query']],
  ['MERGE t USING s ON FALSE WHEN NOT MATCHED THEN INSERT ROW', ['merge']],
])('%s is split into its statements', (sql, kinds) => {
  expect(parseScript(sql).statements.map(({ statement }) => statement.kind)).toEqual(kinds);
});

test.each([
  'SELECT 1 2',
  'SELECT a < b < c',
  'SELECT FROM t',
  'SELECT 1 UNION SELECT 2',
  'INSERT t VALUES 1',
  'CREATE TABLE t (a)',
  'SELECT * FROM a JOIN (SELECT 1)',
])('%s is a syntax error', (sql) => {
  expect(() => parseScript(sql)).toThrow(/^Syntax error: /);
});
