import { createHash } from 'node:crypto';
import { Agent, errors, request } from 'undici';
import type { Context } from './context.ts';
import type { Identity } from './identity.ts';

export interface Delivery {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Buffer;
  /** The attempt fails when the whole response is not there after so many milliseconds. */
  deadlineMs: number;
  /** Attaches an OIDC token of this service account, for this audience (default: the URL). */
  serviceAccount?: string;
  audience?: string;
  signal?: AbortSignal;
}

export type DeliveryResult =
  /** Any answer, redirects and server errors included; `retryAfterMs` is what its Retry-After asks for. */
  | { status: number; retryAfterMs?: number }
  /** No answer: nobody listens, the connection broke, the deadline passed, or the caller aborted. All are retryable. */
  | { error: string; timedOut: boolean };

/** What the seed does to one message: how many copies are sent, and the delay of each in milliseconds. */
export interface Disturbance {
  copies: 1 | 2;
  delaysMs: number[];
}

export interface Deliveries {
  /** One HTTP attempt, metered as one Cloud Run request. Never throws. */
  send(delivery: Delivery): Promise<DeliveryResult>;
  /** A pure function of the seed and the key; without a seed always one copy at once. */
  disturb(key: string): Disturbance;
  /** Drops the idle connections. */
  close(): Promise<void>;
}

/** Cloud Run rounds the time of a request up to this. Source: cloud.google.com/run/pricing. */
const BILLING_STEP_MS = 100;
/** The size of the instance that a request is assumed to run on. */
const VCPUS = 1;
const GIB = 0.5;

const DUPLICATED = 0.2;
const DELAYED = 0.4;
/** Longer than two messages are usually apart, so a delay reorders them; short enough for a test to wait. */
const LONGEST_DELAY_MS = 1_500;

/** The connection's own headers: Google computes them, and undici refuses some of them. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function createDeliveries(context: Context, dependencies: { identity: Identity }): Deliveries {
  // The deadline of a delivery is its own; undici's timeouts (5 minutes) would cut a 30-minute task short.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

  function meter(startedMs: number): void {
    const steps = Math.max(1, Math.ceil((performance.now() - startedMs) / BILLING_STEP_MS));
    const seconds = (steps * BILLING_STEP_MS) / 1000;
    context.meter.add('run.requests', 1);
    context.meter.add('run.vcpu_seconds', seconds * VCPUS);
    context.meter.add('run.gib_seconds', seconds * GIB);
  }

  function renderHeaders(delivery: Delivery): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(delivery.headers)) {
      const lower = name.toLowerCase();
      if (OWN_HEADERS.has(lower)) continue;
      if (lower === 'authorization' && delivery.serviceAccount !== undefined) continue;
      headers[name] = value;
    }
    if (delivery.serviceAccount !== undefined) {
      const audience = delivery.audience ?? delivery.url;
      headers.Authorization = `Bearer ${dependencies.identity.token({ audience, email: delivery.serviceAccount })}`;
    }
    return headers;
  }

  return {
    async send(delivery) {
      const startedMs = performance.now();
      const abort = new AbortController();
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        abort.abort();
      }, delivery.deadlineMs);
      const stop = () => abort.abort();
      if (delivery.signal?.aborted) stop();
      delivery.signal?.addEventListener('abort', stop);
      try {
        const response = await request(delivery.url, {
          dispatcher: agent,
          method: delivery.method as 'POST',
          headers: renderHeaders(delivery),
          body: delivery.body.length > 0 ? delivery.body : null,
          signal: abort.signal,
        });
        for await (const _ of response.body) {
          // Google waits for the end of the response too, and keeps nothing of it.
        }
        meter(startedMs);
        const retryAfterMs = parseRetryAfter(response.headers['retry-after'], Date.now());
        return { status: response.statusCode, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
      } catch (error) {
        if (timedOut) {
          meter(startedMs);
          return { error: `no response from ${delivery.url} within ${delivery.deadlineMs} ms`, timedOut: true };
        }
        // A connection that broke half-way had an instance at work; one that never came about had none.
        if (error instanceof errors.SocketError) meter(startedMs);
        return { error: `${delivery.method} ${delivery.url}: ${(error as Error).message}`, timedOut: false };
      } finally {
        clearTimeout(timer);
        delivery.signal?.removeEventListener('abort', stop);
      }
    },

    disturb(key) {
      if (context.seed === undefined) return { copies: 1, delaysMs: [0] };
      const hash = createHash('sha256')
        .update(JSON.stringify([context.seed, key]))
        .digest();
      const chance = (index: number) => hash.readUInt32BE(index * 4) / 2 ** 32;
      const delay = (index: number) => (chance(index) < DELAYED ? Math.round(chance(index + 1) * LONGEST_DELAY_MS) : 0);
      return chance(0) < DUPLICATED
        ? { copies: 2, delaysMs: [delay(1), delay(3)] }
        : { copies: 1, delaysMs: [delay(1)] };
    },

    close: () => agent.close(),
  };
}

/** Retry-After is a number of seconds or an HTTP date; anything else counts as absent. Source: RFC 9110, 10.2.3. */
export function parseRetryAfter(header: string | string[] | undefined, nowMs: number): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  // Date.parse takes nearly anything ("-1" is a day in 2001); an HTTP date always ends in GMT.
  const date = value.endsWith('GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
