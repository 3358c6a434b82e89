import { ApiError } from '../../api-error.ts';
import { millisOf, type WireTime, wireOfMillis } from '../../wire-time.ts';
import type { FieldId } from '../wire/value.ts';
import type { StorageConfig } from './job.ts';

/** StorageConfig.TimespanConfig as the kit decodes it. */
export interface TimespanConfig {
  startTime: WireTime | null;
  endTime: WireTime | null;
  timestampField: FieldId | null;
  enableAutoPopulationOfTimespanConfig: boolean;
}

/** "scan data that is at least three hours old when the job starts", of BigQuery. Source: storage.proto. */
const STREAMED_MS = 3 * 3_600_000;
/** Column types by which rows are told; INTEGER is one too, but in which unit no document says. */
const FIELD_TYPES = ['DATE', 'TIMESTAMP', 'DATETIME'];

/** @throws ApiError INVALID_ARGUMENT for a span that ends before it starts. */
export function checkTimespan({ startTime, endTime }: TimespanConfig): void {
  if (startTime && endTime && millisOf(startTime) > millisOf(endTime)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      'inspect_job.storage_config.timespan_config: start_time must not be after end_time',
    );
  }
}

/** Whether the time (milliseconds) is neither older nor newer than the span, whose ends belong to it. */
export function isWithin(span: TimespanConfig | null | undefined, millis: number): boolean {
  if (!span) return true;
  return (!span.startTime || millis >= millisOf(span.startTime)) && (!span.endTime || millis <= millisOf(span.endTime));
}

/**
 * Reads a cell of the column that tells a row's time, in milliseconds; undefined for NULL, whose row is skipped.
 * @throws ApiError INVALID_ARGUMENT for a type that tells no time, UNIMPLEMENTED for INTEGER.
 */
export function timeReader(field: string, type: string | undefined): (cell: string | undefined) => number | undefined {
  const where = `inspect_job.storage_config.timespan_config.timestamp_field ${field}`;
  if (type === undefined) throw new ApiError('INVALID_ARGUMENT', `${where} is no column of the table`);
  if (type === 'INTEGER' || type === 'INT64') {
    throw new ApiError('UNIMPLEMENTED', `${where} is INTEGER: the local cloud reads ${FIELD_TYPES.join(', ')}`);
  }
  if (!FIELD_TYPES.includes(type))
    throw new ApiError('INVALID_ARGUMENT', `${where} must be ${FIELD_TYPES.join(', ')} or INTEGER, but it is ${type}`);
  return (cell) => {
    if (cell === undefined) return undefined;
    // BigQuery sends a TIMESTAMP as seconds.
    return type === 'TIMESTAMP' ? Number(cell) * 1000 : Date.parse(type === 'DATE' ? cell : `${cell}Z`);
  };
}

/**
 * The span of a triggered job that asks for its own: from where the trigger's last one ended to now. Rows of BigQuery are read
 * once they are three hours old.
 */
export function populated(config: StorageConfig, lastEndMs: number | undefined, nowMs: number): StorageConfig {
  const { timespanConfig } = config;
  if (!timespanConfig?.enableAutoPopulationOfTimespanConfig) return config;
  return {
    ...config,
    timespanConfig: {
      ...timespanConfig,
      startTime: lastEndMs === undefined ? timespanConfig.startTime : wireOfMillis(lastEndMs),
      endTime: wireOfMillis(config.bigQueryOptions ? nowMs - STREAMED_MS : nowMs),
    },
  };
}
