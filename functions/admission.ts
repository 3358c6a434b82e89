import type { IncomingMessage } from 'node:http';
import { terminal } from './errors.ts';
import type { FunctionName } from './model/deployment.ts';
import type { CallerVerifier } from './ports.ts';

/** What a request passes before a function sees it: first who sends it, then how long it is, then whether it is JSON. */

export interface Admitted {
  /** E-mail address. */
  caller: string;
  /** Parsed JSON; undefined = there is none. */
  body: unknown;
}

export type Admit = (name: FunctionName, request: IncomingMessage) => Promise<Admitted>;

export interface AdmissionOptions {
  verifier: CallerVerifier;
  urls: Readonly<Record<FunctionName, string>>;
  callers: Readonly<Record<FunctionName, readonly string[]>>;
}

const KIB = 1024;
/** Largest task of Cloud Tasks and largest job of Cloud Scheduler. Source: cloud.google.com/tasks/docs/quotas. */
const TASK_BYTES = 1024 * KIB;

export const BODY_LIMITS: Readonly<Record<FunctionName, number>> = {
  // An object's resource in base64: its contexts (25 KiB), metadata (8 KiB) and name (1 KiB) are the longest of it.
  arrive: 128 * KIB,
  prepare: TASK_BYTES,
  deidentify: TASK_BYTES,
  load: TASK_BYTES,
  transform: TASK_BYTES,
  nightly: TASK_BYTES,
  // A handful of names and dates.
  adhoc: 16 * KIB,
  // 1,000 tokens of long values: what DLP takes in one request, with room for what is around them.
  reidentify: 256 * KIB,
  // Who a person is, or an erasure's id.
  forget: 16 * KIB,
};

/** Throws what CallerVerifier throws, REQUEST_TOO_LARGE, or BAD_REQUEST. Nothing is read of a body whose sender may not call. */
export const createAdmission =
  ({ verifier, urls, callers }: AdmissionOptions): Admit =>
  async (name, request) => {
    const expected = { audience: urls[name], callers: callers[name] };
    const caller = await verifier.verify(request.headers.authorization, expected);
    return { caller, body: parseJson(request, await readBytes(request, BODY_LIMITS[name])) };
  };

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      // The rest flows on and is let go: a connection that is cut would take the answer with it.
      chunks.length = 0;
      reject(terminal('REQUEST_TOO_LARGE', `the body is larger than the ${limit} bytes that this function takes`));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(terminal('BAD_REQUEST', 'the body broke off')));
  });
}

/** `application/json`, or an event's `application/cloudevents+json`; UTF-8 is the only encoding that JSON has. */
const JSON_TYPE = /^application\/(cloudevents\+)?json\s*(;\s*charset="?utf-8"?\s*)?$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson({ headers }: IncomingMessage, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!JSON_TYPE.test(headers['content-type'] ?? ''))
    throw terminal('BAD_REQUEST', 'the body must be JSON, with content-type: application/json');
  // None of the callers compresses, and a small body that becomes a huge one is an attack.
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw terminal('BAD_REQUEST', 'the body must not be compressed (content-encoding)');
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    throw terminal('BAD_REQUEST', 'the body is not JSON in UTF-8');
  }
}
