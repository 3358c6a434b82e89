import { randomBytes } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { RpcService } from '../rpc.ts';
import { crc32c } from '../storage/crc32c.ts';
import { type PageRequest, readPage } from '../wire-page.ts';
import { millisOf, type WireTime, wireOfMillis } from '../wire-time.ts';
import { open, seal, versionOf } from './ciphertext.ts';
import { type CryptoKey, createKeyStore, type KeyVersion } from './key-store.ts';
import { checkId, checkName, parseKeyOrVersion, parseVersion } from './names.ts';

export interface Kms {
  rpc: RpcService;
  /** Opens what was wrapped under a key. @throws ApiError as Decrypt does. */
  unwrap(keyName: string, ciphertext: Buffer): Buffer;
}

const MAX_PAGE = 1000;
/** "The plaintext must be no larger than 64KiB." Source: EncryptRequest in kms service.proto. */
const LONGEST_BYTES = 65_536;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
/** "If not specified at creation time, the default duration is 30 days." Source: CryptoKey.destroy_scheduled_duration. */
const DESTROY_AFTER_MS = 30 * 24 * 3600 * 1000;
/** "rotation_period must be at least 24 hours." Source: CryptoKey in kms resources.proto. */
const LEAST_ROTATION_SECONDS = 86_400;

interface WireKey {
  name: string;
  purpose: string;
  labels: Record<string, string>;
  nextRotationTime: WireTime | null;
  rotationPeriod?: { seconds: string } | null;
}

interface Checksum {
  value: string;
}

/**
 * Cloud KMS: symmetric keys that encrypt and decrypt, with versions, a primary one, rotation on schedule, disabling and
 * destruction. Asymmetric and raw keys, HSMs and import are not served.
 */
export function createKms(
  context: Context,
  { now = Date.now, random = randomBytes }: { now?: () => number; random?: (size: number) => Buffer } = {},
): Kms {
  const store = createKeyStore(context.state);

  function addVersion(key: string): number {
    return store.addVersion(key, now(), random(KEY_BYTES));
  }

  /** The key with rotations that have come due done; KMS rotates by itself, this when the key is next looked at. */
  function keyOf(name: string): CryptoKey {
    const key = store.key(name);
    if (key.nextRotationMs === undefined || key.rotationSeconds === undefined || key.nextRotationMs > now()) return key;
    return store.transaction(() => {
      const period = (key.rotationSeconds as number) * 1000;
      const due = key.nextRotationMs as number;
      const rotated = {
        ...key,
        primary: addVersion(name),
        nextRotationMs: due + period * (Math.floor((now() - due) / period) + 1),
      };
      store.writeKey(rotated);
      return rotated;
    });
  }

  function usable(key: string, number: number): KeyVersion & { material: Buffer } {
    const version = destroyedIfDue(store.version(key, number));
    if (version.state !== 'ENABLED' || !version.material) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        `${nameOf(version)} is not enabled, current state is: ${version.state}.`,
      );
    }
    return { ...version, material: version.material };
  }

  function destroyedIfDue(version: KeyVersion): KeyVersion {
    if (version.state !== 'DESTROY_SCHEDULED' || (version.destroyMs ?? 0) > now()) return version;
    const destroyed: KeyVersion = { ...version, state: 'DESTROYED', material: undefined };
    store.writeVersion(destroyed);
    return destroyed;
  }

  function decrypt(
    keyName: string,
    ciphertext: Buffer,
    additionalData: Buffer,
  ): { plaintext: Buffer; version: number } {
    const version = versionOf(ciphertext);
    const { material } = usable(keyName, version);
    context.meter.add('kms.operations', 1);
    return { plaintext: open(ciphertext, { keyName, key: material, additionalData }), version };
  }

  const renderVersion = (version: KeyVersion): object => {
    const { state, createMs, destroyMs } = destroyedIfDue(version);
    return {
      name: nameOf(version),
      state,
      protectionLevel: 'SOFTWARE',
      algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION',
      createTime: wireOfMillis(createMs),
      generateTime: wireOfMillis(createMs),
      ...(destroyMs === undefined
        ? {}
        : { [state === 'DESTROYED' ? 'destroyEventTime' : 'destroyTime']: wireOfMillis(destroyMs) }),
    };
  };
  const renderKey = ({ name, createMs, primary, labels, rotationSeconds, nextRotationMs }: CryptoKey): object => ({
    name,
    purpose: 'ENCRYPT_DECRYPT',
    createTime: wireOfMillis(createMs),
    labels,
    versionTemplate: { protectionLevel: 'SOFTWARE', algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' },
    destroyScheduledDuration: { seconds: String(DESTROY_AFTER_MS / 1000), nanos: 0 },
    ...(primary === undefined ? {} : { primary: renderVersion(store.version(name, primary)) }),
    ...(rotationSeconds === undefined ? {} : { rotationPeriod: { seconds: String(rotationSeconds), nanos: 0 } }),
    ...(nextRotationMs === undefined ? {} : { nextRotationTime: wireOfMillis(nextRotationMs) }),
  });

  function rotationOf(wire: WireKey): Pick<CryptoKey, 'rotationSeconds' | 'nextRotationMs'> {
    const seconds = wire.rotationPeriod ? Number(wire.rotationPeriod.seconds) : undefined;
    if (seconds !== undefined && seconds < LEAST_ROTATION_SECONDS) {
      throw new ApiError('INVALID_ARGUMENT', `rotation_period must be at least 24 hours, but it is ${seconds} seconds`);
    }
    if (seconds !== undefined && !wire.nextRotationTime)
      throw new ApiError('INVALID_ARGUMENT', 'next_rotation_time must be set when rotation_period is');
    return {
      rotationSeconds: seconds,
      nextRotationMs: wire.nextRotationTime ? millisOf(wire.nextRotationTime) : undefined,
    };
  }

  const methods = {
    CreateKeyRing({ parent, keyRingId }: { parent: string; keyRingId: string }) {
      checkName('location', parent, 'parent');
      checkId(keyRingId, 'key_ring_id');
      const ring = { name: `${parent}/keyRings/${keyRingId}`, createMs: now() };
      store.addRing(ring);
      return { name: ring.name, createTime: wireOfMillis(ring.createMs) };
    },
    GetKeyRing({ name }: { name: string }) {
      const ring = store.ring(name);
      return { name, createTime: wireOfMillis(ring.createMs) };
    },
    ListKeyRings(request: PageRequest & { parent: string }) {
      checkName('location', request.parent, 'parent');
      const page = readPage(request, `${request.parent}/keyRings/`, MAX_PAGE, store.rings, ({ name }) => name);
      return {
        keyRings: page.items.map(({ name, createMs }) => ({ name, createTime: wireOfMillis(createMs) })),
        nextPageToken: page.nextPageToken,
        totalSize: page.items.length,
      };
    },
    CreateCryptoKey(request: {
      parent: string;
      cryptoKeyId: string;
      cryptoKey: WireKey | null;
      skipInitialVersionCreation: boolean;
    }) {
      const { parent, cryptoKeyId, cryptoKey: wire } = request;
      checkName('ring', parent, 'parent');
      checkId(cryptoKeyId, 'crypto_key_id');
      store.ring(parent);
      if (wire?.purpose !== 'ENCRYPT_DECRYPT') {
        throw new ApiError(
          'UNIMPLEMENTED',
          `crypto_key.purpose ${wire?.purpose}: the local cloud keeps keys of purpose ENCRYPT_DECRYPT`,
        );
      }
      const name = `${parent}/cryptoKeys/${cryptoKeyId}`;
      return store.transaction(() => {
        const key: CryptoKey = { name, createMs: now(), primary: undefined, labels: wire.labels, ...rotationOf(wire) };
        store.addKey(key);
        if (!request.skipInitialVersionCreation) {
          key.primary = addVersion(name);
          store.writeKey(key);
        }
        return renderKey(key);
      });
    },
    GetCryptoKey: ({ name }: { name: string }) => renderKey(keyOf(name)),
    ListCryptoKeys(request: PageRequest & { parent: string }) {
      checkName('ring', request.parent, 'parent');
      const page = readPage(request, `${request.parent}/cryptoKeys/`, MAX_PAGE, store.keys, ({ name }) => name);
      return { cryptoKeys: page.items.map(renderKey), nextPageToken: page.nextPageToken, totalSize: page.items.length };
    },
    UpdateCryptoKey({
      cryptoKey: wire,
      updateMask,
    }: {
      cryptoKey: WireKey | null;
      updateMask: { paths: string[] } | null;
    }) {
      if (!wire) throw new ApiError('INVALID_ARGUMENT', 'crypto_key must be set');
      const paths = (updateMask?.paths ?? []).map((path) =>
        path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      );
      const key = { ...keyOf(wire.name) };
      for (const path of paths) {
        if (path === 'labels') key.labels = wire.labels;
        else if (path === 'rotation_period' || path === 'next_rotation_time') Object.assign(key, rotationOf(wire));
        else throw new ApiError('INVALID_ARGUMENT', `update_mask names ${path}, which the local cloud does not update`);
      }
      store.writeKey(key);
      return renderKey(key);
    },
    /** A new version is not made the primary one: UpdateCryptoKeyPrimaryVersion does. */
    CreateCryptoKeyVersion({ parent }: { parent: string }) {
      checkName('key', parent, 'parent');
      store.key(parent);
      return renderVersion(store.version(parent, addVersion(parent)));
    },
    GetCryptoKeyVersion({ name }: { name: string }) {
      const { key, version } = parseVersion(name);
      return renderVersion(store.version(key, version));
    },
    ListCryptoKeyVersions({ parent }: { parent: string }) {
      checkName('key', parent, 'parent');
      keyOf(parent);
      const versions = store.versions(parent);
      return { cryptoKeyVersions: versions.map(renderVersion), nextPageToken: '', totalSize: versions.length };
    },
    UpdateCryptoKeyPrimaryVersion({ name, cryptoKeyVersionId }: { name: string; cryptoKeyVersionId: string }) {
      const key = {
        ...keyOf(name),
        primary: usable(name, parseVersion(`${name}/cryptoKeyVersions/${cryptoKeyVersionId}`).version).number,
      };
      store.writeKey(key);
      return renderKey(key);
    },
    UpdateCryptoKeyVersion({ cryptoKeyVersion: wire }: { cryptoKeyVersion: { name: string; state: string } | null }) {
      const { key, version } = parseVersion(wire?.name ?? '');
      const current = destroyedIfDue(store.version(key, version));
      const state = wire?.state;
      if (
        (state !== 'ENABLED' && state !== 'DISABLED') ||
        (current.state !== 'ENABLED' && current.state !== 'DISABLED')
      ) {
        throw new ApiError(
          'FAILED_PRECONDITION',
          `${wire?.name} is ${current.state} and cannot become ${state}; only ENABLED and DISABLED may be set.`,
        );
      }
      const changed: KeyVersion = { ...current, state };
      store.writeVersion(changed);
      return renderVersion(changed);
    },
    DestroyCryptoKeyVersion({ name }: { name: string }) {
      const { key, version } = parseVersion(name);
      const current = destroyedIfDue(store.version(key, version));
      if (current.state !== 'ENABLED' && current.state !== 'DISABLED')
        throw new ApiError('FAILED_PRECONDITION', `${name} cannot be destroyed, current state is: ${current.state}.`);
      const doomed: KeyVersion = { ...current, state: 'DESTROY_SCHEDULED', destroyMs: now() + DESTROY_AFTER_MS };
      store.writeVersion(doomed);
      return renderVersion(doomed);
    },
    RestoreCryptoKeyVersion({ name }: { name: string }) {
      const { key, version } = parseVersion(name);
      const current = destroyedIfDue(store.version(key, version));
      if (current.state !== 'DESTROY_SCHEDULED')
        throw new ApiError('FAILED_PRECONDITION', `${name} cannot be restored, current state is: ${current.state}.`);
      const restored: KeyVersion = { ...current, state: 'DISABLED', destroyMs: undefined };
      store.writeVersion(restored);
      return renderVersion(restored);
    },
    Encrypt(request: {
      name: string;
      plaintext: Buffer;
      additionalAuthenticatedData: Buffer;
      plaintextCrc32c: Checksum | null;
      additionalAuthenticatedDataCrc32c: Checksum | null;
    }) {
      const { key: keyName, version: wanted } = parseKeyOrVersion(request.name);
      const plaintext = bytesOf(request.plaintext, 'plaintext');
      const additionalData = bytesOf(request.additionalAuthenticatedData, 'additional_authenticated_data');
      verify(plaintext, request.plaintextCrc32c, 'plaintext_crc32c');
      verify(additionalData, request.additionalAuthenticatedDataCrc32c, 'additional_authenticated_data_crc32c');
      const number = wanted ?? keyOf(keyName).primary;
      if (number === undefined) throw new ApiError('FAILED_PRECONDITION', `${keyName} has no primary version.`);
      const version = usable(keyName, number);
      context.meter.add('kms.operations', 1);
      const ciphertext = seal(
        plaintext,
        { keyName, version: number, key: version.material, additionalData },
        random(NONCE_BYTES),
      );
      return {
        name: nameOf(version),
        ciphertext,
        ciphertextCrc32c: checksum(ciphertext),
        verifiedPlaintextCrc32c: request.plaintextCrc32c !== null,
        verifiedAdditionalAuthenticatedDataCrc32c: request.additionalAuthenticatedDataCrc32c !== null,
        protectionLevel: 'SOFTWARE',
      };
    },
    Decrypt(request: {
      name: string;
      ciphertext: Buffer;
      additionalAuthenticatedData: Buffer;
      ciphertextCrc32c: Checksum | null;
      additionalAuthenticatedDataCrc32c: Checksum | null;
    }) {
      checkName('key', request.name, 'name');
      const ciphertext = Buffer.from(request.ciphertext);
      const additionalData = bytesOf(request.additionalAuthenticatedData, 'additional_authenticated_data');
      verify(ciphertext, request.ciphertextCrc32c, 'ciphertext_crc32c');
      verify(additionalData, request.additionalAuthenticatedDataCrc32c, 'additional_authenticated_data_crc32c');
      const key = keyOf(request.name);
      const { plaintext, version } = decrypt(request.name, ciphertext, additionalData);
      return {
        plaintext,
        plaintextCrc32c: checksum(plaintext),
        usedPrimary: version === key.primary,
        protectionLevel: 'SOFTWARE',
      };
    },
    GenerateRandomBytes({ lengthBytes }: { lengthBytes: number }) {
      // "Minimum 8 bytes, maximum 1024 bytes." Source: GenerateRandomBytesRequest.
      if (lengthBytes < 8 || lengthBytes > 1024)
        throw new ApiError('INVALID_ARGUMENT', `length_bytes must be 8 to 1024, but it is ${lengthBytes}`);
      const data = random(lengthBytes);
      return { data, dataCrc32c: checksum(data) };
    },
  };

  return {
    rpc: { name: 'google.cloud.kms.v1.KeyManagementService', protosFrom: '@google-cloud/kms', methods },
    unwrap: (keyName, ciphertext) => decrypt(keyName, ciphertext, Buffer.alloc(0)).plaintext,
  };
}

const nameOf = ({ key, number }: KeyVersion): string => `${key}/cryptoKeyVersions/${number}`;
const checksum = (bytes: Buffer): Checksum => ({ value: String(crc32c(bytes)) });

function bytesOf(bytes: Buffer, field: string): Buffer {
  if (bytes.length > LONGEST_BYTES)
    throw new ApiError('INVALID_ARGUMENT', `${field} must be at most 64 KiB, but it has ${bytes.length} bytes`);
  return Buffer.from(bytes);
}

function verify(bytes: Buffer, given: Checksum | null, field: string): void {
  if (given && Number(given.value) !== crc32c(bytes))
    throw new ApiError(
      'INVALID_ARGUMENT',
      `The checksum in field ${field} did not match the data in field ${field.replace('_crc32c', '')}.`,
    );
}
