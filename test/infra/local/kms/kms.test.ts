import { KeyManagementServiceClient } from '@google-cloud/kms';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, startDlp } from '../dlp/dlp-server.ts';

const LOCATION = 'projects/local/locations/us';
const DAY_MS = 86_400_000;
let now = Date.UTC(2026, 0, 1);
let server: DlpServer;
let clients: Record<'grpc' | 'rest', KeyManagementServiceClient>;

beforeAll(async () => {
  server = await startDlp({ now: () => now });
  const common = { apiEndpoint: '127.0.0.1', projectId: 'local' };
  clients = {
    grpc: new KeyManagementServiceClient({ ...common, port: server.grpcPort, sslCreds: credentials.createInsecure() }),
    rest: new KeyManagementServiceClient({
      ...common,
      port: server.restPort,
      protocol: 'http',
      fallback: 'rest',
      authClient: new PassThroughClient(),
    } as never),
  };
});
afterAll(async () => {
  await Promise.all(Object.values(clients).map((client) => client.close()));
  await server.close();
});

let made = 0;
async function newKey(client: KeyManagementServiceClient, rotation?: { days: number }): Promise<string> {
  const ring = `ring-${++made}`;
  await client.createKeyRing({ parent: LOCATION, keyRingId: ring });
  const [key] = await client.createCryptoKey({
    parent: `${LOCATION}/keyRings/${ring}`,
    cryptoKeyId: 'pii',
    cryptoKey: {
      purpose: 'ENCRYPT_DECRYPT',
      labels: { team: 'data' },
      ...(rotation && {
        rotationPeriod: { seconds: rotation.days * 86_400 },
        nextRotationTime: { seconds: now / 1000 + rotation.days * 86_400 },
      }),
    },
  });
  return key.name ?? '';
}
const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString();
const SECRET = Buffer.from('sixteen byte key');

describe.each(['grpc', 'rest'] as const)("Google's client over %s", (transport) => {
  test('encrypts under the primary version and decrypts', async () => {
    const client = clients[transport];
    const name = await newKey(client);
    const [sealed] = await client.encrypt({ name, plaintext: SECRET, additionalAuthenticatedData: Buffer.from('a') });
    expect(sealed.name).toBe(`${name}/cryptoKeyVersions/1`);
    const [opened] = await client.decrypt({
      name,
      ciphertext: sealed.ciphertext ?? '',
      additionalAuthenticatedData: Buffer.from('a'),
    });
    expect(text(opened.plaintext)).toBe(SECRET.toString());
    expect(opened.usedPrimary).toBe(true);
  });

  test('opens what an older version sealed after the primary one has changed', async () => {
    const client = clients[transport];
    const name = await newKey(client);
    const [sealed] = await client.encrypt({ name, plaintext: SECRET });
    const [version] = await client.createCryptoKeyVersion({ parent: name, cryptoKeyVersion: {} });
    expect((await client.getCryptoKey({ name }))[0].primary?.name).toBe(`${name}/cryptoKeyVersions/1`);
    const [key] = await client.updateCryptoKeyPrimaryVersion({ name, cryptoKeyVersionId: '2' });
    expect(key.primary?.name).toBe(version.name);
    const [opened] = await client.decrypt({ name, ciphertext: sealed.ciphertext ?? '' });
    expect({ text: text(opened.plaintext), usedPrimary: opened.usedPrimary }).toEqual({
      text: SECRET.toString(),
      usedPrimary: false,
    });
    const [versions] = await client.listCryptoKeyVersions({ parent: name });
    expect(versions.map(({ state }) => String(state))).toEqual(['ENABLED', 'ENABLED']);
  });

  test('lists rings and keys', async () => {
    const client = clients[transport];
    const name = await newKey(client);
    const ring = name.split('/cryptoKeys/')[0] ?? '';
    const [rings] = await client.listKeyRings({ parent: LOCATION });
    expect(rings.map((one) => one.name)).toContain(ring);
    const [keys] = await client.listCryptoKeys({ parent: ring });
    expect(keys.map((one) => one.name)).toEqual([name]);
  });
});

test('a key rotates by itself when its period is over', async () => {
  const name = await newKey(clients.grpc, { days: 30 });
  now += 29 * DAY_MS;
  expect((await clients.grpc.getCryptoKey({ name }))[0].primary?.name).toBe(`${name}/cryptoKeyVersions/1`);
  now += 32 * DAY_MS;
  const [sealed] = await clients.grpc.encrypt({ name, plaintext: SECRET });
  expect(sealed.name).toBe(`${name}/cryptoKeyVersions/2`);
});

test('a destroyed version can be restored for thirty days, and then opens nothing', async () => {
  const { grpc } = clients;
  const name = await newKey(grpc);
  const version = `${name}/cryptoKeyVersions/1`;
  const [sealed] = await grpc.encrypt({ name, plaintext: SECRET });
  const open = () => grpc.decrypt({ name, ciphertext: sealed.ciphertext ?? '' });
  await grpc.destroyCryptoKeyVersion({ name: version });
  await expect(open()).rejects.toMatchObject({ code: 9 });
  await grpc.restoreCryptoKeyVersion({ name: version });
  await expect(open()).rejects.toMatchObject({ code: 9 });
  await grpc.updateCryptoKeyVersion({
    cryptoKeyVersion: { name: version, state: 'ENABLED' },
    updateMask: { paths: ['state'] },
  });
  await expect(open()).resolves.toBeTruthy();
  await grpc.destroyCryptoKeyVersion({ name: version });
  now += 31 * DAY_MS;
  expect((await grpc.getCryptoKeyVersion({ name: version }))[0].state).toBe('DESTROYED');
  await expect(grpc.restoreCryptoKeyVersion({ name: version })).rejects.toMatchObject({ code: 9 });
});

describe('is refused', () => {
  const plaintext = SECRET;
  test.each<[string, (name: string) => Promise<unknown>, number]>([
    [
      'a ciphertext under another key',
      async (name) => {
        const [sealed] = await clients.grpc.encrypt({ name: await newKey(clients.grpc), plaintext });
        return clients.grpc.decrypt({ name, ciphertext: sealed.ciphertext ?? '' });
      },
      3,
    ],
    [
      'other additional data',
      async (name) => {
        const [sealed] = await clients.grpc.encrypt({ name, plaintext, additionalAuthenticatedData: Buffer.from('a') });
        return clients.grpc.decrypt({
          name,
          ciphertext: sealed.ciphertext ?? '',
          additionalAuthenticatedData: Buffer.from('b'),
        });
      },
      3,
    ],
    [
      'a changed ciphertext',
      async (name) => {
        const [sealed] = await clients.grpc.encrypt({ name, plaintext });
        const bytes = Buffer.from(sealed.ciphertext as Uint8Array);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        return clients.grpc.decrypt({ name, ciphertext: bytes });
      },
      3,
    ],
    ['what is no ciphertext', (name) => clients.grpc.decrypt({ name, ciphertext: Buffer.from('x') }), 3],
    ['a wrong checksum', (name) => clients.grpc.encrypt({ name, plaintext, plaintextCrc32c: { value: 1 } }), 3],
    ['a plaintext above 64 KiB', (name) => clients.grpc.encrypt({ name, plaintext: Buffer.alloc(65_537) }), 3],
    ['an unknown key', (name) => clients.grpc.encrypt({ name: `${name}x`, plaintext }), 5],
    [
      'a key that exists',
      (name) =>
        clients.grpc.createCryptoKey({
          parent: name.split('/cryptoKeys/')[0] ?? '',
          cryptoKeyId: 'pii',
          cryptoKey: { purpose: 'ENCRYPT_DECRYPT' },
        }),
      6,
    ],
    [
      'a key for signing',
      (name) =>
        clients.grpc.createCryptoKey({
          parent: name.split('/cryptoKeys/')[0] ?? '',
          cryptoKeyId: 'sign',
          cryptoKey: { purpose: 'ASYMMETRIC_SIGN' },
        }),
      12,
    ],
    [
      'a rotation period below a day',
      (name) =>
        clients.grpc.updateCryptoKey({
          cryptoKey: { name, rotationPeriod: { seconds: 60 } },
          updateMask: { paths: ['rotation_period'] },
        }),
      3,
    ],
  ])('%s', async (_, call, code) => {
    await expect(call(await newKey(clients.grpc))).rejects.toMatchObject({ code });
  });
});

test('DLP transforms with a key that KMS wrapped, and no longer once its version is disabled', async () => {
  const name = await newKey(clients.grpc);
  const [wrapped] = await clients.grpc.encrypt({ name, plaintext: SECRET });
  const config = (cryptoKey: object) => ({
    recordTransformations: {
      fieldTransformations: [
        {
          fields: [{ name: 'email' }],
          primitiveTransformation: { cryptoDeterministicConfig: { cryptoKey, surrogateInfoType: { name: 'T' } } },
        },
      ],
    },
  });
  const table = { headers: [{ name: 'email' }], rows: [{ values: [{ stringValue: 'jane@example.com' }] }] };
  const tokenise = async (cryptoKey: object) => {
    const [response] = await server.grpc.deidentifyContent({
      parent: 'projects/local/locations/us',
      item: { table },
      deidentifyConfig: config(cryptoKey),
    });
    return response.item?.table?.rows?.[0]?.values?.[0]?.stringValue;
  };
  const kmsWrapped = { cryptoKeyName: name, wrappedKey: wrapped.ciphertext as Uint8Array };
  expect(await tokenise({ kmsWrapped })).toBe(await tokenise({ unwrapped: { key: SECRET } }));

  const [short] = await clients.grpc.encrypt({ name, plaintext: Buffer.from('short') });
  await expect(
    tokenise({ kmsWrapped: { cryptoKeyName: name, wrappedKey: short.ciphertext as Uint8Array } }),
  ).rejects.toMatchObject({ code: 3 });

  await clients.grpc.updateCryptoKeyVersion({
    cryptoKeyVersion: { name: `${name}/cryptoKeyVersions/1`, state: 'DISABLED' },
    updateMask: { paths: ['state'] },
  });
  await expect(tokenise({ kmsWrapped })).rejects.toMatchObject({ code: 9 });
});
