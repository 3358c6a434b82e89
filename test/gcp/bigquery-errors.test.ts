import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWarehouse } from '../../functions/gcp/bigquery.ts';
import type { Warehouse } from '../../functions/ports.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

/** BigQuery that answers every request as it is told. */
let server: Server;
let warehouse: Warehouse;
let answer: { status: number; body: object } = { status: 200, body: {} };
/** Whoever looks finds nothing, whatever `answer` is. */
let absent = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { status, body } = absent && request.method === 'GET' ? { status: 404, body: {} } : answer;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  warehouse = createWarehouse({ project: 'acme', location: 'US', endpoint });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const SECRET = 'ann@example.com';
const jobReference = { projectId: 'acme', jobId: 'j', location: 'US' };
const failed = (reason: string, message: string) => ({
  jobReference,
  status: { state: 'DONE', errorResult: { reason, message, location: 'query' }, errors: [{ reason, message }] },
});

describe('a job that has failed', () => {
  test.each([
    ['backendError', SECRET, true],
    ['internalError', SECRET, true],
    ['rateLimitExceeded', SECRET, true],
    ['jobRateLimitExceeded', SECRET, true],
    ['quotaExceeded', SECRET, true],
    ['tableUnavailable', SECRET, true],
    ['invalidQuery', 'Transaction is aborted due to concurrent update against table acme:shop.orders', true],
    ['invalidQuery', 'Could not serialize access to table acme:shop.orders due to concurrent update', true],
    ['invalidQuery', `Bad int64 value: ${SECRET}`, false],
    ['invalid', `Error while reading data: ${SECRET}`, false],
    ['notFound', 'Not found: Table acme:shop.orders', false],
    ['accessDenied', 'Access Denied', false],
    ['resourcesExceeded', 'Resources exceeded during query execution', false],
  ])('for %s: %s', async (reason, message, retryable) => {
    answer = { status: 200, body: failed(reason, message) };
    const job = await warehouse.job('j');
    expect(job).toEqual({ state: 'DONE', error: { reason, location: 'query', retryable }, rows: 0, bytesBilled: 0 });
    expect(JSON.stringify(job)).not.toContain(SECRET);
  });

  test('as soon as it was made counts as started', async () => {
    answer = { status: 200, body: failed('invalidQuery', SECRET) };
    expect(await warehouse.startJob('j', { query: { query: 'SELEC' } })).toBe('started');
  });
});

describe('a request', () => {
  const refused = (status: number, reason: string) => ({
    status,
    body: { error: { code: status, message: SECRET, errors: [{ reason, message: SECRET }] } },
  });

  test.each([
    [400, 'invalid', false],
    [401, 'authError', false],
    [403, 'accessDenied', false],
    [501, 'notImplemented', false],
  ])('that is refused with %i %s fails, retryable: %s, and quotes nothing', async (status, reason, retryable) => {
    answer = refused(status, reason);
    const calls = [
      warehouse.startJob('j', {}),
      warehouse.job('j'),
      warehouse.rows('j'),
      warehouse.table('shop.orders'),
      warehouse.createTable('shop.orders', {}),
      warehouse.patchTable('shop.orders', {}),
      warehouse.dropTable('shop.orders'),
      warehouse.ensureDataset('shop'),
    ].map((call) => call.catch((raw: unknown) => raw));
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'WAREHOUSE_FAILED', retryable, details: { status, reason } });
      expect((error as Error).message).not.toContain(SECRET);
    }
  });

  test('that finds nothing: a job and a table are undefined, what is to be changed is missing', async () => {
    answer = refused(404, 'notFound');
    expect(await warehouse.job('j')).toBeUndefined();
    expect(await warehouse.table('shop.orders')).toBeUndefined();
    await warehouse.dropTable('shop.orders');
    await expect(warehouse.patchTable('shop.orders', {})).rejects.toMatchObject({ code: 'WAREHOUSE_FAILED' });
  });

  test('that finds it taken: a job is ours, a table and a dataset are there', async () => {
    answer = refused(409, 'duplicate');
    expect(await warehouse.startJob('j', {})).toBe('exists');
    expect(await warehouse.createTable('shop.orders', {})).toBe('exists');
    // The dataset was looked for, was not there, and somebody else was faster to make it.
    absent = true;
    await warehouse.ensureDataset('shop');
    absent = false;
  });
});

test('a job that runs tells its state, and no figures yet', async () => {
  answer = { status: 200, body: { jobReference, status: { state: 'RUNNING' }, statistics: {} } };
  expect(await warehouse.job('j')).toEqual({ state: 'RUNNING', rows: 0, bytesBilled: 0 });
});
