import type { MaterializedOptions, TableRecord, TableRef } from '../catalog.ts';
import { JobFailure } from '../errors.ts';

import type { Layout } from '../partitions/layout.ts';
import { checkLayout } from '../partitions/read-layout.ts';
import { encodeRow } from '../rows.ts';
import type { Field } from '../schema.ts';
import { planValue, type QueryPlan } from '../sql/analyze/statement.ts';
import type { Options } from '../sql/parse/statement-tree.ts';
import type { Expr } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import { scalar } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import type { Caller } from './ddl-names.ts';
import { literal } from './ddl-options.ts';
import { type Engine, nameOf } from './engine.ts';
import { surroundingsOf } from './script/surroundings.ts';

/** A materialized view is queried as a view is, so its rows are always fresh; of its refreshes only their time is kept. */

const OWN = new Set([
  'enable_refresh',
  'refresh_interval_minutes',
  'max_staleness',
  'allow_non_incremental_definition',
]);

/** The refresh frequency cap: by default 30 minutes, from 1 minute to 7 days. Source: BigQuery's guide to managing them. */
const REFRESH_MS = { default: 30 * 60_000, least: 60_000, most: 7 * 24 * 60 * 60_000 };

export const isOwnOption = (name: string): boolean => OWN.has(name.toLowerCase());

export const defaultMaterialized = (now: number): MaterializedOptions => ({
  enableRefresh: true,
  refreshIntervalMs: REFRESH_MS.default,
  allowNonIncremental: false,
  lastRefresh: now,
});

/** OPTIONS that only a materialized view has, over those that it had before. NULL takes one away. */
export async function readMaterialized(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  options: Options,
  before: MaterializedOptions,
): Promise<MaterializedOptions> {
  const next = { ...before };
  for (const { name, value } of options) {
    const none = value.kind === 'null';
    switch (name.name.toLowerCase()) {
      case 'enable_refresh':
        next.enableRefresh = none || literal(value, name.name) === 'true';
        break;
      case 'refresh_interval_minutes':
        next.refreshIntervalMs = none
          ? REFRESH_MS.default
          : checkedInterval(Number(literal(value, name.name)) * 60_000);
        break;
      case 'max_staleness':
        if (none) delete next.maxStaleness;
        else next.maxStaleness = await intervalOf(engine, tx, caller, value);
        break;
      case 'allow_non_incremental_definition':
        next.allowNonIncremental = !none && literal(value, name.name) === 'true';
    }
  }
  return checkMaterializedOptions(next);
}

export function checkedInterval(ms: number): number {
  if (!(ms >= REFRESH_MS.least && ms <= REFRESH_MS.most))
    throw new JobFailure('invalid', 'refresh_interval_minutes must be from 1 minute to 7 days');
  return Math.round(ms);
}

export function checkMaterializedOptions(options: MaterializedOptions): MaterializedOptions {
  if (options.allowNonIncremental && options.maxStaleness === undefined)
    throw new JobFailure('invalid', 'A non-incremental materialized view must have the option max_staleness');
  return options;
}

/** `0-0 0 4:0:0`, the REST API's form of an INTERVAL. */
async function intervalOf(engine: Engine, tx: Tx, { job, query }: Caller, value: Expr): Promise<string> {
  const type = scalar('INTERVAL');
  const surroundings = surroundingsOf(engine, { ...job, configuration: { query } }, engine.clock.now(), undefined);
  const [row] = await tx.rows(planValue(value, type, surroundings).sql);
  return String(encodeRow([row?.c1 ?? null], [type], { useInt64Timestamp: true }).f[0]?.v);
}

/** Its partitions are those of a partitioned base table. */
export function checkMaterializedLayout(
  engine: Engine,
  schema: Field[],
  layout: Layout,
  query: Pick<QueryPlan, 'scans'>,
): void {
  checkLayout(schema, layout);
  if (!layout.timePartitioning && !layout.rangePartitioning) return;
  const isPartitioned = query.scans.some(({ table }) => {
    const base = engine.catalog.table(table);
    return base?.timePartitioning !== undefined || base?.rangePartitioning !== undefined;
  });
  if (!isPartitioned)
    throw new JobFailure('invalid', 'A materialized view can be partitioned only where its base table is partitioned');
}

export function requireMaterialized(
  engine: Engine,
  ref: TableRef,
): TableRecord & { materialized: MaterializedOptions } {
  const record = engine.catalog.table(ref);
  if (!record)
    throw new JobFailure('notFound', `Not found: Table ${nameOf(ref)} was not found in location ${engine.location}`);
  const { materialized } = record;
  if (!materialized) throw new JobFailure('invalid', `${nameOf(ref)} is not a materialized view`);
  return { ...record, materialized };
}

/** `CALL BQ.REFRESH_MATERIALIZED_VIEW('project.dataset.view')`. */
export async function refresh(engine: Engine, project: string, name: string, at: number): Promise<void> {
  const parts = name.replaceAll('`', '').split('.');
  const [table = '', dataset, own = project] = parts.toReversed();
  if (dataset === undefined || parts.length > 3)
    throw new SqlError('BQ.REFRESH_MATERIALIZED_VIEW wants the name project.dataset.view', at);
  const record = requireMaterialized(engine, { project: own, dataset, table });
  const materialized = { ...record.materialized, lastRefresh: engine.clock.now() };
  await engine.warehouse.transaction((tx) => engine.catalog.putTable(tx, { ...record, materialized }));
}

/** What the table resource says of it besides what every table says. */
export function renderMaterialized({ view, materialized }: TableRecord): object {
  if (!materialized) return {};
  const { enableRefresh, refreshIntervalMs, maxStaleness, allowNonIncremental, lastRefresh } = materialized;
  return {
    materializedView: {
      query: view,
      enableRefresh,
      refreshIntervalMs: String(refreshIntervalMs),
      lastRefreshTime: String(lastRefresh),
      ...(allowNonIncremental && { allowNonIncrementalDefinition: true }),
      ...(maxStaleness !== undefined && { maxStaleness }),
    },
    ...(maxStaleness !== undefined && { maxStaleness }),
  };
}

/** A request's `materializedView`, over what the view had before. */
export function parseMaterialized(
  raw: unknown,
  before: MaterializedOptions,
  maxStaleness: unknown,
): MaterializedOptions {
  const body = raw as Record<string, unknown>;
  const next = { ...before };
  if (body.enableRefresh !== undefined) next.enableRefresh = body.enableRefresh === true;
  if (body.refreshIntervalMs !== undefined) next.refreshIntervalMs = checkedInterval(Number(body.refreshIntervalMs));
  if (body.allowNonIncrementalDefinition !== undefined)
    next.allowNonIncremental = body.allowNonIncrementalDefinition === true;
  const staleness = maxStaleness ?? body.maxStaleness;
  if (staleness !== undefined) {
    if (!/^\d+-\d+ \d+ \d+:\d+:\d+(\.\d+)?$/.test(String(staleness)))
      throw unsupported('maxStaleness in another form than 0-0 0 4:0:0', undefined);
    next.maxStaleness = String(staleness);
  }
  return checkMaterializedOptions(next);
}
