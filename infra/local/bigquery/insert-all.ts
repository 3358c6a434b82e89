import type { TableRecord, TableRef } from './catalog.ts';
import { isConflict, JobFailure, notSupported } from './errors.ts';
import { type RowError, rowError, stoppedRow } from './insert-errors.ts';
import { type Engine, nameOf } from './jobs/engine.ts';
import { insertRows } from './jobs/insert-rows.ts';
import { addTable } from './jobs/new-table.ts';
import { checkTableId } from './jobs/open-destination.ts';
import { type Part, requirePart } from './jobs/parts.ts';
import { BAD, badField, type Conversion, projectionOf, RECORD } from './loads/checks.ts';
import { jsonConversions, takeFields } from './loads/json-columns.ts';
import { jsonInText, unknownKeys } from './loads/text-values.ts';
import type { Partition } from './partitions/decorators.ts';
import { typeOfField } from './schema.ts';
import { defaultValue } from './sql/analyze/defaults.ts';
import { withoutParameters } from './sql/type-parameters.ts';
import { quoteName, quoteText } from './sql/types.ts';

export interface InsertAllRequest {
  rows?: { insertId?: string; json?: Record<string, unknown> }[];
  skipInvalidRows?: boolean;
  ignoreUnknownValues?: boolean;
  templateSuffix?: string;
}

/** Limits of one request. Source: cloud.google.com/bigquery/quotas#streaming_inserts */
const MAX_ROWS = 50_000;
/** A row is billed as 1 kB at least. */
const LEAST_BILLED = 1024;

/** A key that a row leaves out takes its column's default; a null that it states stays one. Source: cloud.google.com/bigquery/docs/default-values */
const withDefaults = (conversions: readonly Conversion[], now: number): Conversion[] =>
  conversions.map((conversion, i) => {
    const { field, value, parsed } = conversion;
    if (field.defaultValueExpression === undefined) return conversion;
    const { sql } = defaultValue(
      field.defaultValueExpression,
      withoutParameters(typeOfField(field)),
      BigInt(now) * 1000n,
    );
    const orDefault = (given: string) => `CASE WHEN j${i} IS NULL THEN ${sql} ELSE ${given} END`;
    return { field, value: orDefault(value), parsed: orDefault(parsed), isAbsent: `json_type(j${i}) = 'NULL'` };
  });

/** tabledata.insertAll: rows are converted as a JSON load converts them; one transaction, bad rows reported by index. */
export async function insertAll(engine: Engine, ref: TableRef, request: InsertAllRequest): Promise<object> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { record, partition } = requirePart(engine, ref);
      const target = request.templateSuffix ? await instanceOf(engine, record, request.templateSuffix) : record;
      return await insertInto(engine, { record: target, partition }, request);
    } catch (error) {
      // The table was truncated or changed meanwhile: the rows go into what it is now.
      if (attempt >= ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

const ATTEMPTS = 20;

/** The table of the template's name and a suffix, made like the template where it is missing. */
async function instanceOf(engine: Engine, template: TableRecord, suffix: string): Promise<TableRecord> {
  const ref = { project: template.project, dataset: template.dataset, table: `${template.table}${suffix}` };
  checkTableId(ref.table);
  const release = await engine.locks.acquire(nameOf(ref));
  try {
    const existing = engine.catalog.table(ref);
    if (existing) return existing;
    const given = { ...template, ...ref, expirationTime: undefined, rest: {} };
    return await engine.warehouse.transaction((tx) => addTable(engine, tx, given));
  } finally {
    release();
  }
}

async function insertInto(engine: Engine, { record, partition }: Part, request: InsertAllRequest): Promise<object> {
  if (partition) checkStreamed(partition, engine.clock.now());
  if (record.kind !== 'TABLE') throw new JobFailure('invalid', `Cannot add rows to a table of type ${record.kind}.`);
  if (record.schema.length === 0) throw new JobFailure('invalid', 'The destination table has no schema.');
  const rows = request.rows ?? [];
  if (rows.length === 0) throw new JobFailure('invalid', 'No rows present in the request.');
  if (rows.length > MAX_ROWS)
    throw new JobFailure('invalid', `too many rows present in the request, limit: ${MAX_ROWS}.`);
  const conversions = withDefaults(jsonConversions(record.schema, jsonInText), engine.clock.now());
  const unknown = request.ignoreUnknownValues ? [] : [`WHEN ${unknownKeys('j', record.schema)} THEN 'no such field'`];
  const bad = `CASE WHEN json_type(j) <> 'OBJECT' THEN 'no such row' ${unknown.join(' ')} ELSE ${badField(conversions)} END`;
  const raw = JSON.stringify(
    rows.map((row) =>
      bySpelling(
        row.json ?? {},
        record.schema.map((field) => field.name),
      ),
    ),
  );
  const given = `SELECT j, row_number() OVER () - 1 AS n FROM (SELECT unnest(CAST(${quoteText(raw)} AS JSON[])) AS j)`;
  const staged = `(SELECT n AS ${RECORD}, ${bad} AS ${BAD}, ${projectionOf(conversions)} FROM (${takeFields(given, record.schema)}))`;
  const claim = await engine.insertIds.claim(
    record,
    rows.map((row) => row.insertId),
  );
  let errors: RowError[] = [];
  let stored: number[] = [];
  try {
    await engine.warehouse.transaction(async (tx) => {
      stored = [];
      await tx.run(`CREATE TEMP TABLE inserted AS SELECT * FROM ${staged}`);
      const failed = await tx.rows(
        `SELECT ${RECORD} AS n, ${BAD} AS bad FROM inserted WHERE ${BAD} IS NOT NULL ORDER BY ${RECORD}`,
      );
      errors = failed.map((row) => ({
        index: Number(row.n),
        errors: [rowError(String(row.bad), rows[Number(row.n)]?.json, record.schema)],
      }));
      const skip = new Set([...claim.repeated, ...errors.map((error) => error.index)]);
      if (errors.length === 0 || request.skipInvalidRows) {
        const names = record.schema.map((field) => quoteName(field.name)).join(', ');
        const where = skip.size > 0 ? ` WHERE ${RECORD} NOT IN (${[...skip].join(', ')})` : '';
        await insertRows(engine, tx, record, {
          fields: record.schema,
          query: `SELECT ${names} FROM inserted${where} ORDER BY ${RECORD}`,
          partitionTime: partition?.time,
        });
        await engine.catalog.touch(tx, record, engine.clock.now());
        stored = rows.map((_, index) => index).filter((index) => !skip.has(index));
        await claim.save(tx, stored);
      }
      await tx.run('DROP TABLE inserted');
    });
  } catch (error) {
    stored = [];
    throw error;
  } finally {
    claim.end(stored);
  }
  engine.meter.add(
    'bigquery.insert_bytes',
    stored.reduce(
      (sum, index) => sum + Math.max(LEAST_BILLED, Buffer.byteLength(JSON.stringify(rows[index]?.json ?? {}))),
      0,
    ),
  );
  if (errors.length > 0 && !request.skipInvalidRows) {
    const failed = new Set(errors.map((error) => error.index));
    const stopped = rows.map((_, index) => index).filter((index) => !failed.has(index));
    errors.push(...stopped.map(stoppedRow));
    errors.sort((a, b) => a.index - b.index);
  }
  return { kind: 'bigquery#tableDataInsertAllResponse', ...(errors.length > 0 && { insertErrors: errors }) };
}

/** How far from today a partition can be streamed to. Source: cloud.google.com/bigquery/docs/streaming-data-into-bigquery#streaming_into_partitioned_tables */
const STREAMED_DAYS = { past: 31, future: 16 };
const DAY_MS = 86_400_000;

function checkStreamed({ id, span, time }: Partition, now: number): void {
  if (time === undefined || !span)
    throw notSupported(`streaming into the partition ${id} by name; only ingestion-time partitions take that`);
  const today = now - (now % DAY_MS);
  if (span.to <= today - STREAMED_DAYS.past * DAY_MS || span.from > today + STREAMED_DAYS.future * DAY_MS)
    throw new JobFailure(
      'invalid',
      `The destination partition ${id} is outside the allowed bounds. You can only stream to partitions within ${STREAMED_DAYS.past} days in the past and ${STREAMED_DAYS.future} days in the future relative to the current date.`,
    );
}

/** Keys are matched without regard to case; the schema's own spelling is what the conversions look for. */
function bySpelling(row: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      names.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key,
      value,
    ]),
  );
}
