import { ApiError, type RpcCode } from '../api-error.ts';
import { SqlError, withPosition } from './sql/sql-error.ts';

/** BigQuery's machine-readable reasons, each with the code that its REST answers carry. */
const CODES: Record<string, RpcCode> = {
  invalidQuery: 'INVALID_ARGUMENT',
  invalid: 'INVALID_ARGUMENT',
  notFound: 'NOT_FOUND',
  duplicate: 'ALREADY_EXISTS',
  stopped: 'CANCELLED',
  resourceInUse: 'INVALID_ARGUMENT',
  bytesBilledLimitExceeded: 'INVALID_ARGUMENT',
  notImplemented: 'UNIMPLEMENTED',
  backendError: 'UNAVAILABLE',
  internalError: 'INTERNAL',
};

/** google.cloud.bigquery.v2.ErrorProto. */
export interface JobError {
  reason: string;
  message: string;
  location?: string;
}

/** A job's failure: what its errorResult holds, or a request's answer where there is no job yet. */
export class JobFailure extends Error {
  readonly reason: string;
  readonly location: string | undefined;
  /** What stands beside errorResult in `status.errors`, such as the first bad rows. */
  readonly others: JobError[];

  constructor(reason: string, message: string, options: { location?: string; others?: JobError[] } = {}) {
    super(message);
    this.name = 'JobFailure';
    this.reason = reason;
    this.location = options.location;
    this.others = options.others ?? [];
  }
}

/** Refuses what a request or a file asks for; of SQL, see unsupported in sql/sql-error.ts, which knows the place. */
export const notSupported = (what: string) =>
  new JobFailure('invalid', `not supported by the embedded warehouse: ${what}`);

export function toJobError(failure: JobFailure): JobError {
  return {
    reason: failure.reason,
    ...(failure.location !== undefined && { location: failure.location }),
    message: failure.message,
  };
}

export function toApi(failure: JobFailure): ApiError {
  const code = CODES[failure.reason] ?? 'INVALID_ARGUMENT';
  return new ApiError(code, failure.message, {
    reason: failure.reason,
    ...(code === 'CANCELLED' && { httpStatus: 400 }),
    ...(failure.reason === 'invalidQuery' && { detail: { location: 'q', locationType: 'parameter' } }),
  });
}

/** Marks of messages that the macros raise: see sql/macros/failures.ts. */
const OWN_MESSAGE = /bq<([\s\S]*?)>bq/;

/** Whatever went wrong in a job → its failure. `text` is the statement that SqlError's positions count in. */
export function toFailure(raw: unknown, text: string): JobFailure {
  if (raw instanceof JobFailure) return raw;
  if (raw instanceof SqlError) {
    return new JobFailure(
      raw.reason,
      withPosition(raw, text),
      raw.reason === 'invalidQuery' ? { location: 'query' } : {},
    );
  }
  if (raw instanceof ApiError) return new JobFailure(raw.details[0]?.reason ?? 'invalid', raw.message);
  const message = raw instanceof Error ? raw.message : String(raw);
  const own = OWN_MESSAGE.exec(message)?.[1];
  if (own !== undefined) return new JobFailure('invalidQuery', own, { location: 'query' });
  return fromDuckDb(message);
}

/** DuckDB's messages quote values; only what BigQuery would tell is handed on. */
function fromDuckDb(message: string): JobFailure {
  const query = (text: string) => new JobFailure('invalidQuery', text, { location: 'query' });
  if (/Overflow in[^(]*\(?.*DECIMAL/.test(message)) return query('numeric overflow');
  const overflow = /Overflow in (addition|subtraction|multiplication|negation)[^(]*\(([^)]*)\)/.exec(message);
  if (overflow) return query(`int64 overflow: ${overflow[2]}`);
  const taken = /Overflow (?:on (abs)\((-?\d+)\)|in division of (-?\d+) \/ (-?\d+))/.exec(message);
  if (taken) return query(`int64 overflow: ${taken[1] ? `ABS(${taken[2]})` : `DIV(${taken[3]}, ${taken[4]})`}`);
  // DECIMALs are symmetric: only an INT64 has a number whose opposite it does not hold.
  if (/Overflow in negation of numeric value/.test(message)) return query('int64 overflow');
  if (/INT64|BIGINT/.test(message) && /out of range|Overflow/i.test(message)) return query('int64 overflow');
  if (/^Out of Range Error|out of range|Overflow/i.test(message)) return query('numeric overflow');
  const zone = /Unknown TimeZone '([^']*)'/.exec(message);
  if (zone) return query(`Invalid time zone: ${zone[1]}`);
  const notNull = /NOT NULL constraint failed: \S+?\.(.+)/.exec(message);
  if (notNull) return query(`Required field ${notNull[1]} cannot be null`);
  const grouped = /column "?([^"]+?)"? must appear in the GROUP BY clause/.exec(message);
  if (grouped)
    return query(`SELECT list expression references column ${grouped[1]} which is neither grouped nor aggregated`);
  if (/More than one row returned by a subquery/.test(message))
    return query('Scalar subquery produced more than one element');
  if (/Invalid Input Error: .*(regex|RE2|parenthes|repetition|escape|character class)/i.test(message))
    return query(`Cannot parse regular expression: ${message.split(': ').at(-1)}`);
  if (/^INTERRUPT|Interrupted/.test(message))
    return new JobFailure('stopped', 'Job execution was cancelled: User requested cancellation');
  if (/^Out of Memory/.test(message))
    return new JobFailure(
      'resourcesExceeded',
      'Resources exceeded during query execution: the local warehouse reached its memory limit',
    );
  if (/^(Binder|Parser|Catalog|Not implemented) Error/i.test(message))
    return query(`not supported by the embedded warehouse: ${firstLine(message)}`);
  if (/^(Conversion|Invalid Input) Error/.test(message)) return query(`Bad value: ${firstLine(message)}`);
  return new JobFailure('internalError', firstLine(message));
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

/**
 * Two transactions changed the same rows or the same catalog entry: DuckDB ends the later one. And rows that lay in a
 * table which another transaction has just replaced are found in the new one.
 */
export function isConflict(raw: unknown): boolean {
  const message = raw instanceof Error ? raw.message : '';
  return /write-write conflict|Transaction conflict|Conflict on (tuple|update)|conflict on update|has been altered|Could not commit creation of|cannot (update|delete|append)[^\n]*(altered|deleted)|Table with name t_\d+ does not exist/i.test(
    message,
  );
}
