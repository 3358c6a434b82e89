import { describe, expect, test } from 'vitest';
import { retryable, terminal, toSluiceError } from '../functions/errors.ts';
import { createLog, type Fields, traceFields } from '../functions/log.ts';

const NOW = new Date('2026-01-31T05:06:07.008Z');

function collect(fields?: Fields) {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), now: () => NOW, ...(fields && { fields }) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('a line', () => {
  test('is one JSON object in Cloud Logging’s field names', () => {
    const { log, lines, last } = collect();
    log.info('claimed\nand more', { run: 'r', rows: 3, ok: true, none: undefined });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(last()).toEqual({
      severity: 'INFO',
      time: NOW.toISOString(),
      message: 'claimed\nand more',
      run: 'r',
      rows: 3,
      ok: true,
    });
  });

  test.each([
    ['debug', 'DEBUG'],
    ['info', 'INFO'],
    ['warn', 'WARNING'],
  ] as const)('%s has the severity %s', (method, severity) => {
    const { log, last } = collect();
    log[method]('m');
    expect(last().severity).toBe(severity);
  });

  test('keeps the fields of its log, and a nearer one wins', () => {
    const { log, last } = collect({ function: 'load', run: 'outer' });
    log.with({ run: 'inner', table: 't' }).info('m', { table: 'u' });
    expect(last()).toMatchObject({ function: 'load', run: 'inner', table: 'u' });
  });

  test('cannot be made to pass for another', () => {
    const { log, last } = collect();
    log.warn('m', { severity: 'DEBUG', message: 'other', time: 'never' });
    expect(last()).toEqual({ severity: 'WARNING', message: 'm', time: NOW.toISOString() });
  });
});

const CANARY = 'ann@example.com';

/** As libraries fail: their messages quote what they were given, on one line or many. */
const causes: [string, () => Error][] = [
  ['a plain one', () => new Error(`could not convert "${CANARY}"`)],
  ['one of many lines', () => new Error(`bad row\n  ${CANARY}\n\nLINE 1: '${CANARY}'`)],
  ['lines that look like a stack', () => new TypeError(`bad\n    at ${CANARY} (file.ts:1:2)\n    at ${CANARY}:3:4`)],
  [
    'one whose message was changed after it was made',
    () => Object.assign(new Error(`quoted ${CANARY}\n    at ${CANARY}`), { message: 'wrapped' }),
  ],
  ['one with a value for a code', () => Object.assign(new Error('x'), { code: `no such value: ${CANARY}` })],
  ['one with a value for a name', () => Object.assign(new Error('x'), { name: CANARY })],
  [
    'one with values in fields',
    () => Object.assign(new Error('x'), { row: CANARY, details: CANARY, response: { body: CANARY } }),
  ],
  ['one without a stack', () => Object.assign(new Error(CANARY), { stack: undefined })],
  ['one of ours', () => terminal('DLP_FAILED', CANARY, { cause: new Error(CANARY) })],
  ['a chain', () => new Error(CANARY, { cause: new Error(CANARY, { cause: new Error(CANARY) }) })],
  ['many at once', () => new AggregateError([new Error(CANARY)], CANARY)],
];

describe('an error', () => {
  test.each(causes)('says nothing of its cause’s message: %s', (_, make) => {
    const { log, lines, last } = collect();
    log.error('failed', retryable('STORAGE_FAILED', 'Cloud Storage failed', { cause: make() }));
    expect(lines.join()).not.toContain(CANARY);
    expect((last().causes as string[]).length).toBeGreaterThan(0);
  });

  test('thrown as no error at all is not shown either', () => {
    const { log, lines, last } = collect();
    log.error('failed', toSluiceError(CANARY));
    expect(lines.join()).not.toContain(CANARY);
    expect(last()).toMatchObject({ code: 'UNEXPECTED', retryable: true, causes: [] });
  });

  test('has these fields and no other', () => {
    const { log, last } = collect();
    log.error('failed', terminal('JOB_FAILED', 'refused', { cause: new Error(CANARY), details: { job: 'j' } }), {
      run: 'r',
    });
    const { causes, ...rest } = last();
    expect(rest).toEqual({
      severity: 'ERROR',
      time: NOW.toISOString(),
      message: 'failed',
      job: 'j',
      run: 'r',
      code: 'JOB_FAILED',
      retryable: false,
      error: 'refused',
    });
    expect(causes).toHaveLength(1);
  });

  test('tells where a cause came from, by its class, its code and its frames', () => {
    class ConnectionError extends Error {
      readonly code = 'ECONNRESET';
    }
    const fail = (): Error => new ConnectionError(`${CANARY}\nagain`);
    const { log, last } = collect();
    log.error('failed', retryable('STORAGE_FAILED', 'x', { cause: fail() }));
    const [cause = ''] = last().causes as string[];
    const [head, first, ...more] = cause.split('\n');
    expect(head).toBe('ConnectionError (ECONNRESET)');
    expect(first).toMatch(/^ {4}at fail .*log\.test\.ts:\d+:\d+\)$/);
    expect(more.length).toBeLessThanOrEqual(7);
  });

  test('details cannot hide its code', () => {
    const { log, last } = collect();
    log.error('failed', terminal('JOB_FAILED', 'x', { details: { code: 'NONE', error: 'none', severity: 'DEBUG' } }));
    expect(last()).toMatchObject({ severity: 'ERROR', code: 'JOB_FAILED', error: 'x' });
  });

  test('that causes itself ends', () => {
    const circle = new Error('x');
    circle.cause = circle;
    const { log, last } = collect();
    log.error('failed', terminal('UNEXPECTED', 'x', { cause: circle }));
    expect(last().causes).toHaveLength(5);
  });
});

describe('a request’s trace', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  test.each([
    [
      `00-${trace}-00f067aa0ba902b7-01`,
      {
        'logging.googleapis.com/trace': `projects/acme/traces/${trace}`,
        'logging.googleapis.com/spanId': '00f067aa0ba902b7',
      },
    ],
    [undefined, {}],
    ['garbage', {}],
    [`00-${trace}"}-x-01`, {}],
  ])('%j', (traceparent, expected) => expect(traceFields('acme', { traceparent })).toEqual(expected));
});
