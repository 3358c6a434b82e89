import type { SluiceError } from './errors.ts';

/** One JSON line an event, in Cloud Logging's field names. Fields are names, counts and codes, never a row's values. */

export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
export type Fields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  /** The error's code, its message and its causes' names and stacks; not the causes' messages, which may quote values. */
  error(message: string, error: SluiceError, fields?: Fields): void;
  /** The same log with these fields on every line. */
  with(fields: Fields): Log;
}

export interface LogOptions {
  write: (line: string) => void;
  now: () => Date;
  fields?: Fields;
}

export function createLog({ write, now, fields = {} }: LogOptions): Log {
  const line = (severity: Severity, message: string, more: Fields = {}): void =>
    write(JSON.stringify({ severity, time: now().toISOString(), message, ...fields, ...more }));
  return {
    debug: (message, more) => line('DEBUG', message, more),
    info: (message, more) => line('INFO', message, more),
    warn: (message, more) => line('WARNING', message, more),
    error: (message, error, more) =>
      line('ERROR', message, {
        ...more,
        code: error.code,
        retryable: error.retryable,
        error: error.message,
        ...error.details,
        causes: causesOf(error), DEBUG: String((error.cause as Error)?.message),
      }),
    with: (more) => createLog({ write, now, fields: { ...fields, ...more } }),
  };
}

/** Name, code and stack frames of each cause; a stack's first line repeats the message and is left out. */
function causesOf(error: Error): string[] {
  const causes: string[] = [];
  for (let cause: unknown = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    const code = (cause as { code?: unknown }).code;
    const frames = (cause.stack ?? '').split('\n').filter((frame) => /^\s+at /.test(frame));
    causes.push([`${cause.name}${code === undefined ? '' : ` (${String(code)})`}`, ...frames.slice(0, 8)].join('\n'));
  }
  return causes;
}

/** Cloud Logging joins lines of one request by this field. Source: cloud.google.com/logging/docs/structured-logging. */
export function traceFields(project: string, headers: Readonly<Record<string, string | string[] | undefined>>): Fields {
  const parent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(String(headers.traceparent ?? ''));
  if (!parent) return {};
  return {
    'logging.googleapis.com/trace': `projects/${project}/traces/${parent[1]}`,
    'logging.googleapis.com/spanId': parent[2],
  };
}
