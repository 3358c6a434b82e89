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
  const line = (severity: Severity, message: string, more: Fields = {}): void => {
    const own = { severity, time: now().toISOString(), message };
    // Ours stand first and stay: no field of a caller's may pass for another severity or message.
    write(JSON.stringify({ ...own, ...fields, ...more, ...own }));
  };
  return {
    debug: (message, more) => line('DEBUG', message, more),
    info: (message, more) => line('INFO', message, more),
    warn: (message, more) => line('WARNING', message, more),
    error: (message, error, more) =>
      line('ERROR', message, {
        ...error.details,
        ...more,
        code: error.code,
        retryable: error.retryable,
        error: error.message,
        causes: causesOf(error),
      }),
    with: (more) => createLog({ write, now, fields: { ...fields, ...more } }),
  };
}

const MAX_CAUSES = 5;
const MAX_FRAMES = 8;
/** `    at name (place:line:column)`, and those of the engine's own that have no place. */
const FRAME = /^\s+at (?:.*:\d+:\d+\)?|.* \((?:<anonymous>|native|index \d+)\))$/;

/** Name, code and stack frames of each cause, and nothing that a message may have brought into the stack. */
function causesOf(error: Error): string[] {
  const causes: string[] = [];
  for (let cause: unknown = error.cause; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    const isName = typeof code === 'number' || (typeof code === 'string' && /^\w{1,40}$/.test(code));
    causes.push([`${cause.constructor.name}${isName ? ` (${code})` : ''}`, ...framesOf(cause)].join('\n'));
  }
  return causes;
}

/** A stack repeats its error's message, of any number of lines, before its frames. */
function framesOf({ stack = '', message }: Error): string[] {
  const at = message === '' ? -1 : stack.indexOf(message);
  const lines = (at === -1 ? stack : stack.slice(at + message.length)).split('\n');
  // A message that was changed later cannot be cut out, so what stands above the last line that is no frame is left out.
  return lines.slice(lines.findLastIndex((line) => !FRAME.test(line)) + 1).slice(0, MAX_FRAMES);
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
