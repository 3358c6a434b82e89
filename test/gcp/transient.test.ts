import { expect, test } from 'vitest';
import { isTransient } from '../../functions/gcp/transient.ts';

test.each<[string, unknown, boolean]>([
  ['no service there', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), true],
  ['a connection that broke', Object.assign(new Error('x'), { code: 'ECONNRESET' }), true],
  ['nothing known', new Error('x'), true],
  ['HTTP 408', { code: 408 }, true],
  ['HTTP 429', { code: 429 }, true],
  ['HTTP 500', { code: 500 }, true],
  ['HTTP 503 as text', { code: '503' }, true],
  ['HTTP 503 as status', { status: 503 }, true],
  ['HTTP 400', { code: 400 }, false],
  ['HTTP 401', { code: 401 }, false],
  ['HTTP 403', { code: 403 }, false],
  ['HTTP 404', { code: 404 }, false],
  ['HTTP 412', { code: 412 }, false],
  ['HTTP 501', { code: 501 }, false],
  ['gRPC INVALID_ARGUMENT', { code: 3 }, false],
  ['gRPC DEADLINE_EXCEEDED', { code: 4 }, true],
  ['gRPC NOT_FOUND', { code: 5 }, false],
  ['gRPC PERMISSION_DENIED', { code: 7 }, false],
  ['gRPC RESOURCE_EXHAUSTED', { code: 8 }, true],
  ['gRPC ABORTED', { code: 10 }, true],
  ['gRPC INTERNAL', { code: 13 }, true],
  ['gRPC UNAVAILABLE', { code: 14 }, true],
  ['gRPC UNAUTHENTICATED', { code: 16 }, false],
])('%s', (_, error, expected) => expect(isTransient(error)).toBe(expected));
