import { afterEach, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from './dlp-server.ts';

let server: DlpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const ask = (client: DlpServer['grpc']) =>
  client.inspectContent({ parent: PARENT, item: { value: 'x' }, inspectConfig: { infoTypes: [{ name: 'URL' }] } });
const EXCEEDED =
  "Quota exceeded for quota metric 'Number of requests' and limit 'Number of requests per minute' of service 'dlp.googleapis.com'";

test('requests beyond the quota of a minute are refused until the next one', async () => {
  let now = 60_000;
  server = await startDlp({ requestsPerMinute: 2, now: () => now });
  await ask(server.grpc);
  await ask(server.grpc);
  await expect(ask(server.grpc)).rejects.toMatchObject({ code: 8, message: expect.stringContaining(EXCEEDED) });
  now += 59_999;
  await expect(ask(server.grpc)).rejects.toMatchObject({ code: 8 });
  now += 1;
  await expect(ask(server.grpc)).resolves.toBeTruthy();
});

test('over REST the answer is 429', async () => {
  server = await startDlp({ requestsPerMinute: 0 });
  const response = await fetch(`${server.url}/v2/infoTypes`);
  expect(response.status).toBe(429);
  expect(await response.json()).toMatchObject({ error: { status: 'RESOURCE_EXHAUSTED', message: EXCEEDED } });
});

test('without a quota all are served', async () => {
  server = await startDlp();
  const { grpc } = server;
  await expect(Promise.all(Array.from({ length: 50 }, () => ask(grpc)))).resolves.toHaveLength(50);
});
