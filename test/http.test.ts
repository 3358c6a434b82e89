import { describe, expect, test } from 'vitest';
import { type ErrorCode, retryable, terminal } from '../functions/errors.ts';
import { answer, type FunctionRequest, readBody, retriesOf } from '../functions/http.ts';
import { createLog } from '../functions/log.ts';

const request = (body: unknown = {}, rest: Partial<FunctionRequest> = {}): FunctionRequest => ({
  method: 'POST',
  headers: {},
  body,
  caller: 'ann@example.com',
  ...rest,
});

async function answerTo(handler: () => Promise<object | undefined>) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)), now: () => new Date(0) });
  return { ...(await answer(handler, log)), lines };
}

const failure = (error: unknown) =>
  answerTo(async () => {
    throw error;
  });

describe('an answer', () => {
  test('without a body is 204, with one 200', async () => {
    expect(await answerTo(async () => undefined)).toEqual({ status: 204, lines: [] });
    expect(await answerTo(async () => ({ rows: 1 }))).toEqual({ status: 200, body: { rows: 1 }, lines: [] });
  });

  test.each<[ErrorCode, 'retryable' | 'terminal', number, severity: string]>([
    ['STORAGE_FAILED', 'retryable', 503, 'ERROR'],
    ['RELEASE_MISSING', 'retryable', 503, 'ERROR'],
    ['JOB_RUNNING', 'retryable', 503, 'ERROR'],
    ['CONFIG_INVALID', 'terminal', 500, 'ERROR'],
    ['STORAGE_FAILED', 'terminal', 500, 'ERROR'],
    ['BAD_REQUEST', 'terminal', 400, 'WARNING'],
    ['NOT_FOUND', 'terminal', 404, 'WARNING'],
    ['CONFLICT', 'terminal', 409, 'WARNING'],
  ])('to %s, %s, is %i', async (code, kind, status, severity) => {
    const error = (kind === 'retryable' ? retryable : terminal)(code, 'what to do');
    expect(await failure(error)).toMatchObject({
      status,
      body: { error: { code, message: 'what to do', retryable: kind === 'retryable' } },
      lines: [{ severity, code }],
    });
  });

  test.each([new TypeError('ann@example.com is not a function'), 'ann@example.com', undefined, { code: 400 }])(
    'to what nobody expected, %j, is 503 and says nothing of it',
    async (thrown) => {
      const { status, body, lines } = await failure(thrown);
      expect(status).toBe(503);
      expect(body).toMatchObject({ error: { code: 'UNEXPECTED', retryable: true } });
      expect(JSON.stringify([body, lines])).not.toContain('ann@example.com');
    },
  );
});

describe('a body', () => {
  test.each<[string, FunctionRequest]>([
    ['of another method', request({}, { method: 'GET' })],
    ['that is missing', request(undefined, { body: undefined })],
    ['that is null', request(null)],
    ['that is text', request('{"table":"t"}')],
    ['that is a list', request([1])],
    ['that is bytes', request(Buffer.from('{"table":"t"}'))],
  ])('%s is refused', (_, one) => {
    expect(() => readBody(one)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  const body = readBody(
    request({
      table: 'shop.orders',
      epoch: 0,
      n: 12,
      empty: '',
      half: 1.5,
      minus: -1,
      list: [],
      none: null,
      yes: true,
      day: '2026-02-28',
      noDay: '2026-02-31',
      texts: ['a', 'b'],
      mixed: ['a', 1],
      lines: 'a\nb',
      inner: { table: 'inner' },
    }),
  );
  const REFUSED = expect.objectContaining({ code: 'BAD_REQUEST' });

  test('gives its fields', () => {
    expect(body.text('table')).toBe('shop.orders');
    expect([body.number('epoch'), body.number('n')]).toEqual([0, 12]);
    const { text, flag, day, texts, body: inner } = body.optional;
    expect([text('table'), flag('yes'), day('day')]).toEqual(['shop.orders', true, '2026-02-28']);
    expect([texts('texts'), texts('list'), inner('inner')?.text('table')]).toEqual([['a', 'b'], [], 'inner']);
    for (const read of [text, flag, day, texts, inner]) expect(read('absent')).toBeUndefined();
  });

  test.each(['absent', 'empty', 'n', 'list', 'none', 'lines', 'toString', '__proto__'])('%s is no text', (name) => {
    expect(() => body.text(name)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  test.each(['absent', 'table', 'half', 'minus', 'list', 'none'])('%s is no number', (name) => {
    expect(() => body.number(name)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  test.each<['text' | 'flag' | 'day' | 'texts' | 'body', string[]]>([
    ['text', ['n', 'list', 'none', 'empty', 'lines']],
    ['flag', ['n', 'table', 'none', 'empty']],
    ['day', ['n', 'table', 'none', 'noDay', 'list']],
    ['texts', ['n', 'table', 'none', 'mixed', 'inner']],
    ['body', ['n', 'table', 'none', 'list']],
  ])('an optional %s is not anything else', (kind, names) => {
    for (const name of names) expect(() => body.optional[kind](name)).toThrow(REFUSED);
  });

  test('with a text longer than any name is refused', () => {
    const long = readBody(request({ table: 'x'.repeat(1025), most: 'x'.repeat(1024) }));
    expect(long.text('most')).toHaveLength(1024);
    expect(() => long.text('table')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

test.each([
  [undefined, 0],
  ['0', 0],
  ['7', 7],
  ['', 0],
  ['-1', 0],
  ['1.5', 0],
  ['many', 0],
])('the header of retries %j is %i retries', (value, expected) => {
  expect(retriesOf(request({}, { headers: { 'x-cloudtasks-taskretrycount': value } }))).toBe(expected);
});
