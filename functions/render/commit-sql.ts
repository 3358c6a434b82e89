import type { Partition, Source } from '../model/source.ts';
import { warehouseType } from '../model/warehouse-type.ts';
import type { Takeover } from '../plan/ownership.ts';
import { type CommitTarget, commitsTable, keysTable, stagingTable } from './commit-tables.ts';
import { renderPartitionCondition, renderPartitionName } from './partition-ranges.ts';
import { column, list, tablePath } from './sql.ts';
import { renderStagedColumns } from './staged.ts';
import { renderFields } from './table.ts';

/** The transactions that make staged rows part of a table. Each changes nothing when it is repeated. */

export function renderInsert(target: CommitTarget, replayed: readonly string[]): string {
  return transaction(target, [
    ...(replayed.length > 0 ? [deleteRows(target, isOf(replayed))] : []),
    insertStaged(target),
  ]);
}

export function renderEmpty(target: CommitTarget): string {
  return transaction(target, [deleteRows(target)]);
}

export function renderDeleteRuns(target: CommitTarget, runs: readonly string[]): string {
  return transaction(target, [deleteRows(target, isOf(runs))]);
}

export function renderSwapTable(target: CommitTarget): string {
  return transaction(target, [deleteRows(target), insertStaged(target)]);
}

/** `replayed` may have rows in partitions that their replay no longer names. */
export function renderSwapPartitions(
  target: CommitTarget,
  takeovers: readonly Takeover[],
  replayed: readonly string[],
): string {
  const rowsOf = (parts: readonly string[]): string => partitionCondition(target.source, parts);
  const taken = rowsOf(takeovers.flatMap(({ parts }) => parts));
  const taking = takeovers.map(({ run, parts }) => `${isOf([run])} AND ${rowsOf(parts)}`);
  return transaction(target, [
    deleteRows(target, replayed.length > 0 ? `(${taken} OR ${isOf(replayed)})` : taken),
    // One statement for all runs of a batch: each costs seconds, and a batch may have a thousand.
    insertStaged(target, taking.length === 1 ? taking[0] : `(${taking.join('\n  OR ')})`),
  ]);
}

/** A row that the table has is changed only by one that is not older, in whatever order the two come. */
export function renderMerge(target: CommitTarget): string {
  const { source } = target;
  const fields = fieldNames(source);
  return transaction(target, [
    [
      `MERGE ${into(target)} T`,
      `USING (\n${newestOfEachKey(target)}\n) S`,
      `ON ${sameKey(source, 'T', 'S')}`,
      `WHEN MATCHED AND ${notOlder(ranksOf(source))} THEN\n  UPDATE SET ${fields.map((name) => `${name} = S.${name}`).join(', ')}`,
      `WHEN NOT MATCHED THEN\n  INSERT (${fields.join(', ')}) VALUES (${fields.map((name) => `S.${name}`).join(', ')})`,
    ].join('\n'),
  ]);
}

/** Partitions of the rows that staged ones may take the place of, one a row, as marks name them. */
export function renderLeft(target: CommitTarget, partition: Partition): string {
  const same = `SELECT 1 FROM (${stagedRows(target)}) S WHERE ${sameKey(target.source, 'T', 'S')}`;
  return `SELECT DISTINCT ${renderPartitionName(partition, 'T')} AS part\nFROM ${into(target)} T WHERE EXISTS (${same})`;
}

/** Keys that these runs have in the table now, or have in what is staged. */
export function renderAffectedKeys(target: CommitTarget, runs: readonly string[]): string {
  const of = (rows: string): string =>
    `SELECT ${keysOf(target.source).map(column).join(', ')} FROM ${rows} WHERE ${isOf(runs)}`;
  return `${of(into(target))}\nUNION DISTINCT\n${of(`(${stagedRows(target)})`)}`;
}

/** Replaces the rows of the affected keys by the newest that any run has for them; a key that no run has any more is gone. */
export function renderRebuild(target: CommitTarget): string {
  const { source } = target;
  const names = fieldNames(source).join(', ');
  const affected = (rows: string): string =>
    `EXISTS (SELECT 1 FROM ${tablePath(target.project, keysTable(target))} K WHERE ${sameKey(source, 'K', rows)})`;
  return transaction(target, [
    `DELETE FROM ${into(target)} T ${where(target, affected('T'))}`,
    `INSERT INTO ${into(target)} (${names})\n${newestOfEachKey(target, affected('S'))}`,
  ]);
}

const into = ({ project, source }: CommitTarget): string => tablePath(project, source.id);
const commits = ({ project, source }: CommitTarget): string => tablePath(project, commitsTable(source));

/** False once this batch is committed, so that a repeated transaction changes nothing. */
const notYet = (target: CommitTarget): string => `(SELECT MAX(batch) FROM ${commits(target)}) < ${target.n}`;

/** Updating the one commit row makes two transactions of a table conflict, so that one of them fails and is tried again. */
function transaction(target: CommitTarget, statements: readonly string[]): string {
  const commit = `UPDATE ${commits(target)} SET batch = ${target.n}, committed_at = CURRENT_TIMESTAMP() WHERE batch < ${target.n}`;
  return `${['BEGIN TRANSACTION', ...statements, commit, 'COMMIT TRANSACTION'].join(';\n')};\n`;
}

const isOf = (runs: readonly string[]): string =>
  runs.length === 1 ? `_run_id = ${list(runs)}` : `_run_id IN (${list(runs)})`;

const deleteRows = (target: CommitTarget, condition?: string): string =>
  `DELETE FROM ${into(target)} ${where(target, condition)}`;

const insertStaged = (target: CommitTarget, condition?: string): string =>
  `INSERT INTO ${into(target)} (${fieldNames(target.source).join(', ')})\n${stagedRows(target)}\n${where(target, condition)}`;

const where = (target: CommitTarget, condition?: string): string =>
  `WHERE ${condition === undefined ? '' : `${condition} AND `}${notYet(target)}`;

/** The staged rows in the table's own types. */
const stagedRows = (target: CommitTarget): string =>
  `SELECT ${renderStagedColumns(target.source)} FROM ${tablePath(target.project, stagingTable(target))}`;

const fieldNames = (source: Source): string[] => renderFields(source).map(({ name }) => column(name));

function partitionCondition({ partition, columns }: Source, parts: readonly string[]): string {
  if (!partition) return 'FALSE';
  const by = columns.find(({ name }) => name === partition.by);
  return renderPartitionCondition(partition, by ? warehouseType(by) : 'TIMESTAMP', parts);
}

const keysOf = (source: Source): readonly string[] => (source.load.mode === 'merge' ? source.load.key : []);

const sameKey = (source: Source, a: string, b: string): string =>
  keysOf(source)
    .map((key) => `${a}.${column(key)} = ${b}.${column(key)}`)
    .join(' AND ');

/** What of a row decides whether it is newer than another one of its key. */
interface Rank {
  of(alias: string): string;
  nullable: boolean;
}

/** Most important first. Ties end with the row's own place, so that every order of arrival has one outcome. */
function ranksOf(source: Source): Rank[] {
  const declared = source.load.mode === 'merge' ? source.load.orderBy : [];
  return [
    ...declared.map((name): Rank => {
      const value = (alias: string): string => `${alias}.${column(name)}`;
      // NaN is neither more nor less than a number, so nothing could take its place: it counts as NULL.
      const isFloat = source.columns.some((one) => one.name === name && one.type === 'FLOAT64');
      return { of: isFloat ? (alias) => `IF(IS_NAN(${value(alias)}), NULL, ${value(alias)})` : value, nullable: true };
    }),
    ...['_arrived_at', '_run_id', '_row_number'].map(
      (name): Rank => ({ of: (alias) => `${alias}.${name}`, nullable: false }),
    ),
  ];
}

/** BigQuery puts NULL last in descending order, and so does `notOlder`. */
function newestOfEachKey(target: CommitTarget, condition?: string): string {
  const { source } = target;
  const keys = keysOf(source).map((key) => `S.${column(key)}`);
  const order = ranksOf(source).map((rank) => `${rank.of('S')} DESC`);
  return [
    // Selected from a query, so that the order is by the table's types, not by the text that was staged.
    `SELECT ${fieldNames(source).join(', ')} FROM (${stagedRows(target)}) S`,
    where(target, condition),
    `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${order.join(', ')}) = 1`,
  ].join('\n');
}

/** S is not older than T: compared left to right, NULL the lowest. */
function notOlder([rank, ...rest]: readonly Rank[]): string {
  if (!rank) return 'TRUE';
  const [s, t] = [rank.of('S'), rank.of('T')];
  if (rest.length === 0) return `${s} >= ${t}`;
  const newer = rank.nullable ? `${s} > ${t} OR (${s} IS NOT NULL AND ${t} IS NULL)` : `${s} > ${t}`;
  const equal = rank.nullable ? `(${s} = ${t} OR (${s} IS NULL AND ${t} IS NULL))` : `${s} = ${t}`;
  return `(${newer} OR (${equal} AND ${notOlder(rest)}))`;
}
