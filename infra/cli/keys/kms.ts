import { callJson } from '../http-json.ts';
import { authorized, type Site } from '../site.ts';

/** Cloud KMS as the command line needs it: keys that wrap other keys. */
export interface Kms {
  /** base64, by the version of the key that is primary now. */
  wrap(kmsKey: string, bytes: Buffer): Promise<string>;
  /** Any version opens what it wrapped, until it is destroyed. */
  unwrap(kmsKey: string, wrapped: string): Promise<Unwrapped>;
  /** undefined = there is no such key. */
  find(kmsKey: string): Promise<KmsKey | undefined>;
  /** Makes the key and the ring around it; what is there stays. */
  create(kmsKey: string): Promise<void>;
  versions(kmsKey: string): Promise<KmsVersion[]>;
}

export interface Unwrapped {
  bytes: Buffer;
  /** The version that wrapped it is the primary one. */
  byPrimary: boolean;
}

export interface KmsKey {
  name: string;
  primary?: { name: string; state: string };
}

export interface KmsVersion {
  name: string;
  state: string;
}

export type KmsPlace = Pick<Site, 'kms' | 'credentials'>;

export function createKms(site: KmsPlace): Kms {
  async function call<T>(method: string, path: string, body?: object, allow: number[] = []): Promise<T | undefined> {
    return callJson<T>(method, `${site.kms}/v1/${path}`, body, { ...(await authorized(site)), allow });
  }
  return {
    async wrap(kmsKey, bytes) {
      const sealed = await call<{ ciphertext: string }>('POST', `${kmsKey}:encrypt`, {
        plaintext: bytes.toString('base64'),
      });
      return sealed?.ciphertext ?? '';
    },
    async unwrap(kmsKey, wrapped) {
      const opened = await call<{ plaintext?: string; usedPrimary?: boolean }>('POST', `${kmsKey}:decrypt`, {
        ciphertext: wrapped,
      });
      return { bytes: Buffer.from(opened?.plaintext ?? '', 'base64'), byPrimary: opened?.usedPrimary === true };
    },
    find: (kmsKey) => call<KmsKey>('GET', kmsKey, undefined, [404]),
    async create(kmsKey) {
      const [ring = '', cryptoKeyId = ''] = kmsKey.split('/cryptoKeys/');
      const [location = '', keyRingId = ''] = ring.split('/keyRings/');
      await call('POST', `${location}/keyRings?keyRingId=${keyRingId}`, {}, [409]);
      const purpose = { purpose: 'ENCRYPT_DECRYPT' };
      await call('POST', `${ring}/cryptoKeys?cryptoKeyId=${cryptoKeyId}`, purpose, [409]);
    },
    async versions(kmsKey) {
      const found: KmsVersion[] = [];
      let page = '';
      do {
        const query = `pageSize=500${page && `&pageToken=${encodeURIComponent(page)}`}`;
        const list = await call<{ cryptoKeyVersions?: KmsVersion[]; nextPageToken?: string }>(
          'GET',
          `${kmsKey}/cryptoKeyVersions?${query}`,
        );
        found.push(...(list?.cryptoKeyVersions ?? []));
        page = list?.nextPageToken ?? '';
      } while (page !== '');
      return found;
    },
  };
}
