/** Every failure that Sluice names. A code is stable: tests, alerts and runbooks refer to it. */
export type ErrorCode =
  // what a caller sent
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'REQUEST_TOO_LARGE'
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'CONFLICT'
  // declarations and configuration
  | 'CONFIG_INVALID'
  | 'DECLARATION_INVALID'
  | 'RELEASE_MISSING'
  // the input: these end a run in quarantine
  | 'NO_SOURCE'
  | 'EMPTY_FILE'
  | 'NO_RECORDS'
  | 'WRONG_FORMAT'
  | 'BAD_ENCODING'
  | 'TRUNCATED'
  | 'CORRUPT'
  | 'TOO_LARGE'
  | 'BAD_HEADER'
  | 'MISSING_COLUMN'
  | 'UNKNOWN_COLUMN'
  | 'DUPLICATE_COLUMN'
  | 'UNTERMINATED_QUOTE'
  | 'MIXED_NEWLINES'
  | 'TOO_MANY_REJECTS'
  | 'TOO_FEW_ROWS'
  | 'WRONG_PARTITION'
  | 'PRIVACY_VIOLATION'
  | 'COST_ABOVE_LIMIT'
  | 'TOKENS_CHANGED'
  | 'TEMPLATE_UNFIT'
  | 'OBJECT_GONE'
  // the services
  | 'IDENTITY_FAILED'
  | 'STORAGE_FAILED'
  | 'TASKS_FAILED'
  | 'EVENTS_FAILED'
  | 'DLP_FAILED'
  | 'DLP_INCOMPLETE'
  | 'DLP_TOO_LARGE'
  | 'WAREHOUSE_FAILED'
  | 'JOB_FAILED'
  | 'JOB_RUNNING'
  | 'COLUMNAR_FAILED'
  // promises that did not hold
  | 'ROWS_DO_NOT_RECONCILE'
  | 'ASSERTION_FAILED'
  | 'LEDGER_CONFLICT'
  | 'RETRIES_EXHAUSTED'
  | 'UNEXPECTED';

export interface ErrorOptions {
  /** Whether the same call may succeed later. Terminal ones are recorded in the ledger and not tried again. */
  retryable: boolean;
  cause?: unknown;
  /** Facts for logs and ledger: names, counts, row and column numbers; never a row's value. */
  details?: Record<string, string | number | boolean | readonly string[]>;
}

export class SluiceError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: NonNullable<ErrorOptions['details']>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SluiceError';
    this.code = code;
    this.retryable = options.retryable;
    this.details = options.details ?? {};
  }
}

type Extra = Omit<ErrorOptions, 'retryable'>;

export const retryable = (code: ErrorCode, message: string, extra: Extra = {}): SluiceError =>
  new SluiceError(code, message, { ...extra, retryable: true });

export const terminal = (code: ErrorCode, message: string, extra: Extra = {}): SluiceError =>
  new SluiceError(code, message, { ...extra, retryable: false });

/** What is not ours is unknown, and unknown is retryable, up to the attempts that the ledger shows. */
export function toSluiceError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  return retryable('UNEXPECTED', 'an unexpected failure; its cause is in the log', { cause: error });
}
