import type { Interval } from '../model/build.ts';
import { unitsFor } from '../model/list-price.ts';
import type { Assertion, Transform } from '../model/transform.ts';
import { reference } from './commit.ts';
import { OWN_DATASET } from './commit-tables.ts';
import { renderDayCondition } from './partition-ranges.ts';
import { column, tablePath } from './sql.ts';
import { renderLayout } from './table.ts';

/** Jobs and resources of a transform. The user's own text is what BigQuery gets; nothing is put into it or taken from it. */

/** Where an execution builds before it publishes. */
export const buildTable = (transform: Transform, n: number): string =>
  `${OWN_DATASET}.built_${transform.dataset}__${transform.name}_${n}`;

export function transformLabels(transform: Transform): Record<string, string> {
  return {
    sluice_version: transform.version.toLowerCase().slice(0, 63),
    sluice_transform: transform.id
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '-')
      .slice(0, 63),
  };
}

/** The query into a table of its own; `@from` and `@to` are bound where the transform is incremental. */
export function renderBuildJob(project: string, transform: Transform, into: string, interval?: Interval): object {
  return {
    labels: transformLabels(transform),
    query: {
      query: transform.sql,
      useLegacySql: false,
      destinationTable: reference(project, into),
      writeDisposition: 'WRITE_TRUNCATE',
      createDisposition: 'CREATE_IF_NEEDED',
      ...renderLayout(transform.partition, transform.cluster),
      ...spendingLimit(transform),
      ...(interval && {
        parameterMode: 'NAMED',
        queryParameters: [dateParameter('from', interval[0]), dateParameter('to', interval[1])],
      }),
    },
  };
}

/** BigQuery refuses a query that would be billed for more, before it runs and without charge. */
const spendingLimit = ({ maxCost }: Transform): { maximumBytesBilled?: string } =>
  maxCost === undefined ? {} : { maximumBytesBilled: String(unitsFor('bigquery.query_bytes', maxCost)) };

const dateParameter = (name: string, value: string): object => ({
  name,
  parameterType: { type: 'DATE' },
  parameterValue: { value },
});

export function renderView(transform: Transform): object {
  return {
    view: { query: transform.sql, useLegacySql: false },
    labels: transformLabels(transform),
    ...(transform.description && { description: transform.description }),
  };
}

/** Atomic: readers see the old table or the new one. */
export function renderPublishJob(project: string, transform: Transform, from: string): object {
  return {
    labels: transformLabels(transform),
    copy: {
      sourceTable: reference(project, from),
      destinationTable: reference(project, transform.id),
      writeDisposition: 'WRITE_TRUNCATE',
      createDisposition: 'CREATE_IF_NEEDED',
    },
  };
}

export function renderGather(project: string, transform: Transform, from: string, into: string): object {
  const query = `INSERT INTO ${tablePath(project, into)} SELECT * FROM ${tablePath(project, from)}`;
  return { labels: transformLabels(transform), query: { query, useLegacySql: false } };
}

/** Replaces the interval's rows in one transaction; a repeat replaces them by the same. */
export function renderPublishInterval(
  project: string,
  transform: Transform,
  from: string,
  names: readonly string[],
  interval: Interval,
): object {
  const target = tablePath(project, transform.id);
  const columns = names.map(column).join(', ');
  const query = [
    'BEGIN TRANSACTION',
    `DELETE FROM ${target} WHERE ${inInterval(transform, interval)}`,
    `INSERT INTO ${target} (${columns}) SELECT ${columns} FROM ${tablePath(project, from)}`,
    'COMMIT TRANSACTION',
  ];
  return { labels: transformLabels(transform), query: { query: `${query.join(';\n')};\n`, useLegacySql: false } };
}

/** One row of counts, a column a check: what must be 0 (or, for row counts, within its bounds). */
export function renderChecks(project: string, transform: Transform, table: string, interval?: Interval): object {
  const from = tablePath(project, table);
  const counts = transform.assert.map((assertion, index) => `(${countOf(assertion, from)}) AS a${index}`);
  if (interval)
    counts.push(
      `(SELECT COUNT(*) FROM ${from} WHERE NOT ${inInterval(transform, interval)} OR ${column(partitionOf(transform))} IS NULL) AS outside`,
    );
  counts.push(`(SELECT COUNT(*) FROM ${from}) AS row_count`);
  return {
    labels: transformLabels(transform),
    query: {
      query: `SELECT ${counts.join(',\n       ')}`,
      useLegacySql: false,
      // Of a view nothing is built, and to check it reads what is behind it.
      ...(transform.kind === 'view' && spendingLimit(transform)),
    },
  };
}

function countOf(assertion: Assertion, from: string): string {
  switch (assertion.kind) {
    case 'unique':
      return `SELECT COUNT(*) FROM (SELECT 1 AS one FROM ${from} GROUP BY ${assertion.columns.map(column).join(', ')} HAVING COUNT(*) > 1)`;
    case 'not_null':
      return `SELECT COUNT(*) FROM ${from} WHERE ${assertion.columns.map((name) => `${column(name)} IS NULL`).join(' OR ')}`;
    case 'where':
      // On a line of its own: a comment at its end must not take what follows with it.
      return `SELECT COUNT(*) FROM ${from} WHERE NOT (\n${assertion.expression}\n)`;
    case 'row_count':
      return `SELECT COUNT(*) FROM ${from}`;
  }
}

const partitionOf = ({ partition }: Transform): string => partition?.by ?? '';
const inInterval = (transform: Transform, interval: Interval): string =>
  renderDayCondition(partitionOf(transform), interval);

/** What a check that failed means, in words. */
export function describeFailure(assertion: Assertion, count: number): string | undefined {
  switch (assertion.kind) {
    case 'unique':
      return count > 0 ? `unique [${assertion.columns.join(', ')}]: ${count} values stand more than once` : undefined;
    case 'not_null':
      return count > 0 ? `not_null [${assertion.columns.join(', ')}]: ${count} rows are NULL` : undefined;
    case 'where':
      return count > 0 ? `where "${assertion.expression}": ${count} rows break it` : undefined;
    case 'row_count': {
      const { min, max } = assertion;
      const low = min !== undefined && count < min;
      const high = max !== undefined && count > max;
      return low || high ? `row_count: ${count} rows, ${low ? `fewer than ${min}` : `more than ${max}`}` : undefined;
    }
  }
}
