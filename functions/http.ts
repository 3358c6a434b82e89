import { type SluiceError, terminal, toSluiceError } from './errors.ts';
import type { Log } from './log.ts';

/** The HTTP edge: the one place where requests become arguments and failures become statuses. */

export interface FunctionRequest {
  method: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON. */
  body: unknown;
  /** E-mail address of who sends it, verified. */
  caller: string;
}

/** What a function answers; undefined = 204. */
export type FunctionResponse = object | undefined;
export type Handler = (request: FunctionRequest) => Promise<FunctionResponse>;

export interface Answer {
  status: number;
  body?: object;
}

const CLIENT_STATUS: Partial<Record<SluiceError['code'], number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  REQUEST_TOO_LARGE: 413,
};

/**
 * Retryable → 503, so that the queue tries again. A request that is wrong says so (4xx). Any other terminal failure that
 * came this far is a defect of ours or of the deployment; trying again does not mend it, and 500 makes it seen.
 */
export async function answer(work: () => Promise<FunctionResponse>, log: Log): Promise<Answer> {
  try {
    const body = await work();
    return body === undefined ? { status: 204 } : { status: 200, body };
  } catch (raw) {
    const error = toSluiceError(raw);
    const status = CLIENT_STATUS[error.code] ?? (error.retryable ? 503 : 500);
    if (status < 500) log.warn('refused', { ...error.details, code: error.code, reason: error.message });
    else log.error('failed', error);
    return { status, body: { error: { code: error.code, message: error.message, retryable: error.retryable } } };
  }
}

/** Longer than any name of ours, and as long as the name of an object may be. */
const MAX_TEXT = 1024;
/** More than there are states, which is what lists are of. */
const MAX_LIST = 100;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Fields of a JSON body, each checked where it is read. Throws BAD_REQUEST, which names the field and never its value. */
export interface Body {
  text(name: string): string;
  number(name: string): number;
  /** undefined = it is not there. */
  optional: {
    text(name: string): string | undefined;
    flag(name: string): boolean | undefined;
    texts(name: string): string[] | undefined;
    /** `YYYY-MM-DD` */
    day(name: string): string | undefined;
    body(name: string): Body | undefined;
  };
  raw: Readonly<Record<string, unknown>>;
}

export function readBody({ method, body }: FunctionRequest): Body {
  if (method !== 'POST') throw terminal('BAD_REQUEST', `only POST is understood, not ${method}`);
  // A body of another content type comes as text or as bytes, which are an object as well.
  if (!isObject(body) || Buffer.isBuffer(body))
    throw terminal('BAD_REQUEST', 'the body must be a JSON object, with content-type: application/json');
  return fieldsOf(body);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Control characters are in no name, and would write lines of their own into whatever shows them. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_TEXT && /^\P{Cc}+$/u.test(value);
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= MAX_LIST && value.every(isText);
const isDay = (value: unknown): value is string => {
  if (typeof value !== 'string' || !DAY.test(value) || Number.isNaN(Date.parse(value))) return false;
  // The engine takes the 31st of February for the 3rd of March.
  return new Date(value).toISOString().startsWith(value);
};

function fieldsOf(raw: Readonly<Record<string, unknown>>): Body {
  const read = <T>(name: string, is: (value: unknown) => value is T, rule: string): T => {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    if (is(value)) return value;
    throw terminal('BAD_REQUEST', `${name} must be ${rule}`);
  };
  const maybe =
    <T>(is: (value: unknown) => value is T, rule: string) =>
    (name: string): T | undefined =>
      Object.hasOwn(raw, name) ? read(name, is, rule) : undefined;
  const text = `a text of 1 to ${MAX_TEXT} characters`;
  const body = maybe(isObject, 'an object');
  return {
    raw,
    text: (name) => read(name, isText, text),
    number: (name) => read(name, isNumber, 'a whole number'),
    optional: {
      text: maybe(isText, text),
      flag: maybe(isFlag, 'true or false'),
      texts: maybe(isTexts, 'a list of texts'),
      day: maybe(isDay, 'a day such as 2026-01-31'),
      body(name) {
        const value = body(name);
        return value && fieldsOf(value);
      },
    },
  };
}

/** How often Cloud Tasks has tried this task before. */
export function retriesOf(request: FunctionRequest): number {
  const count = Number(request.headers['x-cloudtasks-taskretrycount'] ?? 0);
  return Number.isInteger(count) && count >= 0 ? count : 0;
}
