import type { Source } from '../model/source.ts';
import { type Takeover, WHOLE_TABLE } from '../plan/ownership.ts';
import { type CommitTarget, commitsTable, keysTable, stagingTable } from './commit-tables.ts';
import { renderPartitionCondition } from './partition-ranges.ts';
import { column, list, tablePath, text } from './sql.ts';
import { type FieldResource, isCast, renderFields } from './table.ts';

/** The transactions that make staged rows part of a table. Each changes nothing when it is repeated. */

export function renderInsert(target: CommitTarget, replayed: readonly string[]): string {
  return transaction(target, [...deleteRuns(target, replayed), insertStaged(target, notYet(target))]);
}

export function renderEmpty(target: CommitTarget): string {
  return transaction(target, [`DELETE FROM ${into(target)} WHERE ${notYet(target)}`]);
}

export function renderSwap(target: CommitTarget, takeovers: readonly Takeover[]): string {
  const { partition, columns } = target.source;
  const type = columns.find(({ name }) => name === partition?.by)?.type ?? 'TIMESTAMP';
  const rowsOf = (parts: readonly string[]): string =>
    partition && !parts.includes(WHOLE_TABLE) ? renderPartitionCondition(partition, type, parts) : 'TRUE';
  const taken = takeovers.flatMap(({ parts }) => parts);
  return transaction(target, [
    `DELETE FROM ${into(target)} WHERE ${rowsOf(taken)} AND ${notYet(target)}`,
    ...takeovers.map(({ run, parts }) =>
      insertStaged(target, `_run_id = ${text(run)} AND ${rowsOf(parts)} AND ${notYet(target)}`),
    ),
  ]);
}

export function renderMerge(target: CommitTarget): string {
  const { source } = target;
  const fields = renderFields(source).map(({ name }) => column(name));
  return transaction(target, [
    [
      `MERGE ${into(target)} T`,
      `USING (${stagedRows(target)} WHERE ${notYet(target)} ${newestOfEachKey(source)}) S`,
      `ON ${sameKey(source, 'T', 'S')}`,
      `WHEN MATCHED AND ${notOlder(orderOf(source))} THEN UPDATE SET ${fields.map((name) => `${name} = S.${name}`).join(', ')}`,
      `WHEN NOT MATCHED THEN INSERT (${fields.join(', ')}) VALUES (${fields.map((name) => `S.${name}`).join(', ')})`,
    ].join('\n'),
  ]);
}

/** Keys that these runs have in the table now, or have in what is staged. */
export function renderAffectedKeys(target: CommitTarget, runs: readonly string[]): string {
  const keys = keysOf(target.source).map(column).join(', ');
  const of = (table: string): string => `SELECT ${keys} FROM ${table} WHERE _run_id IN (${list(runs)})`;
  return `${of(into(target))} UNION DISTINCT ${of(staged(target))}`;
}

/** Replaces the rows of the affected keys by the newest that any run has for them; a key that no run has any more is gone. */
export function renderRebuild(target: CommitTarget): string {
  const { source } = target;
  const affected = (table: string): string =>
    `EXISTS (SELECT 1 FROM ${tablePath(target.project, keysTable(target))} K WHERE ${sameKey(source, 'K', table)})`;
  const names = renderFields(source)
    .map(({ name }) => column(name))
    .join(', ');
  return transaction(target, [
    `DELETE FROM ${into(target)} T WHERE ${affected('T')} AND ${notYet(target)}`,
    `INSERT INTO ${into(target)} (${names}) SELECT ${names} FROM (${stagedRows(target)}) S WHERE ${affected('S')} AND ${notYet(target)} ${newestOfEachKey(source)}`,
  ]);
}

const into = ({ project, source }: CommitTarget): string => tablePath(project, source.id);
const staged = (target: CommitTarget): string => tablePath(target.project, stagingTable(target));
const commits = ({ project, source }: CommitTarget): string => tablePath(project, commitsTable(source));

/** False once this batch is committed, so that a repeated transaction changes nothing. */
const notYet = (target: CommitTarget): string => `(SELECT MAX(batch) FROM ${commits(target)}) < ${target.n}`;

/** Updating the one commit row makes two transactions of a table conflict, so that one of them fails and is tried again. */
function transaction(target: CommitTarget, statements: readonly string[]): string {
  const commit = `UPDATE ${commits(target)} SET batch = ${target.n}, committed_at = CURRENT_TIMESTAMP() WHERE batch < ${target.n}`;
  return `${['BEGIN TRANSACTION', ...statements, commit, 'COMMIT TRANSACTION'].join(';\n')};\n`;
}

const deleteRuns = (target: CommitTarget, runs: readonly string[]): string[] =>
  runs.length === 0 ? [] : [`DELETE FROM ${into(target)} WHERE _run_id IN (${list(runs)}) AND ${notYet(target)}`];

/** The staged rows in the table's own types. */
function stagedRows(target: CommitTarget): string {
  return `SELECT ${renderFields(target.source).map(castStaged).join(', ')} FROM ${staged(target)}`;
}

function castStaged(field: FieldResource): string {
  const name = column(field.name);
  if (!isCast(field)) return name;
  return `${field.type === 'JSON' ? `PARSE_JSON(${name}, wide_number_mode => 'round')` : `CAST(${name} AS ${field.type})`} AS ${name}`;
}

function insertStaged(target: CommitTarget, condition: string): string {
  const names = renderFields(target.source)
    .map(({ name }) => column(name))
    .join(', ');
  return `INSERT INTO ${into(target)} (${names}) ${stagedRows(target)} WHERE ${condition}`;
}

const keysOf = (source: Source): readonly string[] => (source.load.mode === 'merge' ? source.load.key : []);

const sameKey = (source: Source, a: string, b: string): string =>
  keysOf(source)
    .map((key) => `${a}.${column(key)} = ${b}.${column(key)}`)
    .join(' AND ');

/** What decides which of two rows of a key is newer, most important first; ties end with the row's own place. */
function orderOf(source: Source): string[] {
  const declared = source.load.mode === 'merge' ? source.load.orderBy : [];
  return [...declared, '_arrived_at', '_run_id', '_row_number'];
}

/** BigQuery puts NULL last in descending order, and so does `notOlder`. */
function newestOfEachKey(source: Source): string {
  const order = orderOf(source)
    .map((name) => `${column(name)} DESC`)
    .join(', ');
  return `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keysOf(source).map(column).join(', ')} ORDER BY ${order}) = 1`;
}

/** S is not older than T: their tuples compared left to right, NULL the lowest. */
function notOlder(order: readonly string[]): string {
  const [name = '', ...rest] = order;
  const s = `S.${column(name)}`;
  const t = `T.${column(name)}`;
  const newer = `${s} > ${t} OR (${s} IS NOT NULL AND ${t} IS NULL)`;
  const equal = `${s} = ${t} OR (${s} IS NULL AND ${t} IS NULL)`;
  return rest.length === 0 ? `(${newer} OR ${equal})` : `(${newer} OR ((${equal}) AND ${notOlder(rest)}))`;
}
