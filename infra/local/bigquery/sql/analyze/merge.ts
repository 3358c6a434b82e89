import type { MergeWhen, Statement } from '../parse/statement-tree.ts';
import type { Identifier } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { quoteName, scalar } from '../types.ts';
import type { Env, TableInfo } from './analysis.ts';
import {
  AT_MOST_ONE,
  assigned,
  defaultOf,
  defaultSaid,
  findTarget,
  lastName,
  plainEnv,
  planAssignments,
  targetColumn,
  writableColumns,
} from './dml.ts';
import { analyze, analyzeAs, analyzeCondition } from './expressions.ts';
import { analyzeFrom, type FromResult, scanTable, wrapFrom } from './from.ts';
import { refuseSameAlias } from './joins.ts';
import { EMPTY_SCOPE, type Scope, shown } from './scope.ts';
import type { DmlPlan, DmlStep } from './statement.ts';

/**
 * MERGE as its definition reads: target and source are joined once into a temporary table that also holds the number
 * of the first WHEN clause that each pair meets and the values that it writes; then each clause is carried out from there.
 */
export function planMerge(statement: Extract<Statement, { kind: 'merge' }>, env: Env): DmlPlan {
  const target = findTarget(statement.target, env);
  const scan = scanTable(target, statement.alias?.name ?? statement.target.at(-1)?.name ?? target.table, env);
  const own = scan.sql.split(' AS ').at(-1) ?? '';
  const given = analyzeFrom(statement.source, env, EMPTY_SCOPE);
  // A join has no one name, so it becomes a subquery that has.
  const source =
    statement.source.kind === 'join' ? wrapFrom(given, env, (list) => `SELECT ${list} FROM ${given.sql}`) : given;
  refuseSameAlias(scan, source, statement.source.at);
  const other = source.sql.split(' AS ').at(-1) ?? '';
  const both: Scope = {
    visible: [...scan.visible, ...source.visible],
    ranges: [...scan.ranges, ...source.ranges],
    parent: undefined,
  };
  const on = analyzeCondition(statement.on, { ...env, scope: both }, 'MERGE ON clause');
  const has = (kind: MergeWhen['on']) => statement.whens.some((when) => when.on === kind);
  const join = has('not matched by source')
    ? has('not matched by target')
      ? 'FULL'
      : 'LEFT'
    : has('not matched by target')
      ? 'RIGHT'
      : 'INNER';

  const clauses = statement.whens.map((when, index) =>
    planClause(when, index + 1, {
      target,
      scan,
      source,
      both,
      env,
      own: statement.alias ?? lastName(statement.target),
    }),
  );
  const kinds: Record<MergeWhen['on'], string> = {
    matched: `${own}."$rid" IS NOT NULL AND ${other}."$hit"`,
    'not matched by target': `${own}."$rid" IS NULL`,
    'not matched by source': `${other}."$hit" IS NULL`,
  };
  const choice = statement.whens.map((when, i) => {
    const and = clauses[i]?.condition === undefined ? '' : ` AND (${clauses[i].condition})`;
    return `WHEN ${kinds[when.on]}${and} THEN ${i + 1}`;
  });
  const staged = env.analysis.fresh('m');
  const left = `(SELECT *, rowid AS "$rid" FROM ${target.physical}) AS ${own}`;
  const right = `(SELECT *, true AS "$hit" FROM ${source.sql.replace(/^LATERAL /, '')}) AS ${other}`;
  // Only the chosen clause's values are computed. No column can be named `$when`, so the alias is safe to reuse.
  const values = clauses.flatMap((clause) =>
    clause.values.map(({ sql, name }) => `CASE WHEN "$when" = ${clause.number} THEN ${sql} END AS ${name}`),
  );
  const columns = [`${own}."$rid" AS rid`, `CASE ${choice.join(' ')} END AS "$when"`, ...values];
  const joined = `${left} ${join} JOIN ${right} ON ${on.sql}`;
  const steps: DmlStep[] = [
    {
      kind: 'run',
      sql: `CREATE TEMP TABLE ${staged} AS SELECT ${columns.join(', ')} FROM ${joined} WHERE "$when" IS NOT NULL`,
    },
    {
      kind: 'check',
      sql: `SELECT 1 FROM ${staged} WHERE rid IS NOT NULL GROUP BY rid HAVING count(*) > 1 LIMIT 1`,
      message: AT_MOST_ONE,
    },
    ...clauses.map((clause) => clause.step(staged)),
    { kind: 'run', sql: `DROP TABLE ${staged}` },
  ];
  return { kind: 'dml', statementType: 'MERGE', target, scans: env.analysis.scans, steps };
}

interface Clause {
  number: number;
  condition: string | undefined;
  values: { name: string; sql: string }[];
  step(staged: string): DmlStep;
}

interface Sides {
  target: TableInfo;
  scan: FromResult;
  source: FromResult;
  both: Scope;
  env: Env;
  /** What the target is called. */
  own: Identifier;
}

function planClause(when: MergeWhen, number: number, sides: Sides): Clause {
  const { target, scan, source, both, env } = sides;
  const scopes: Record<MergeWhen['on'], Scope> = {
    matched: both,
    'not matched by target': { visible: source.visible, ranges: source.ranges, parent: undefined },
    'not matched by source': { visible: scan.visible, ranges: scan.ranges, parent: undefined },
  };
  const inner = plainEnv(env, scopes[when.on], 'MERGE');
  const condition = when.and && analyzeAs(when.and, scalar('BOOL'), inner, 'MERGE WHEN condition').sql;
  const { action } = when;
  if (action.kind === 'delete') {
    return {
      number,
      condition,
      values: [],
      step: (staged) => ({
        kind: 'run',
        sql: `DELETE FROM ${target.physical} WHERE rowid IN (SELECT rid FROM ${staged} WHERE "$when" = ${number})`,
        counts: 'deleted',
      }),
    };
  }
  if (action.kind === 'update') {
    const set = planAssignments(action.set, target, inner, sides.own);
    const values = set.map(({ sql }, i) => ({ name: `v${number}_${i}`, sql }));
    const assignments = set.map(({ column }, i) => `${quoteName(column.name)} = m.v${number}_${i}`).join(', ');
    return {
      number,
      condition,
      values,
      step: (staged) => ({
        kind: 'run',
        sql: `UPDATE ${target.physical} SET ${assignments} FROM ${staged} AS m WHERE ${target.physical}.rowid = m.rid AND m."$when" = ${number}`,
        counts: 'updated',
      }),
    };
  }
  const columns = action.columns ? action.columns.map((name) => targetColumn(target, name)) : target.columns;
  const count = action.values === 'row' ? shown(source.visible).length : action.values.length;
  if (count !== columns.length)
    throw new SqlError(`Inserted row has wrong column count; Has ${count}, expected ${columns.length}`, when.at);
  const values = columns.map((column, i) => {
    const value = action.values === 'row' ? shown(source.visible)[i] : action.values[i];
    const name = `v${number}_${i}`;
    if (value === undefined || value === 'default') return { name, sql: defaultSaid(column, env, when.at) };
    if ('value' in value && 'touch' in value) {
      value.touch();
      return { name, sql: assigned(value.value, column, when.at) };
    }
    return { name, sql: assigned(analyze(value as Parameters<typeof analyze>[0], inner), column, when.at) };
  });
  const missing = writableColumns(target).filter((column) => !columns.includes(column));
  const rest = missing.map((column) => defaultOf(column, env, when.at));
  const names = [...columns, ...missing].map((column) => quoteName(column.name)).join(', ');
  return {
    number,
    condition,
    values,
    step: (staged) => ({
      kind: 'run',
      sql: `INSERT INTO ${target.physical} (${names}) SELECT ${[...values.map(({ name }) => name), ...rest].join(', ')} FROM ${staged} WHERE "$when" = ${number}`,
      counts: 'inserted',
    }),
  };
}
