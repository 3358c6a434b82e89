import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeidentifier } from '../../../../functions/gcp/dlp.ts';
import type { KeySource } from '../../../../functions/model/deployment.ts';
import { stringsOf } from '../../../../functions/model/texts.ts';
import { createKms } from '../../../../infra/cli/keys/kms.ts';
import { localKeys, localKmsKey } from '../../../../infra/cli/keys/local-keys.ts';
import { renderWrappedKeys, rewrapKeys } from '../../../../infra/cli/keys/rewrap.ts';
import { type Local, PROJECT, startLocal } from '../../../gcp/local.ts';

const KMS_KEY = localKmsKey(PROJECT);
let local: Local;
let before: Readonly<Record<string, KeySource>>;
beforeAll(async () => {
  local = await startLocal();
  before = await localKeys(local.dir, place(), ['pii', 'pii@2']);
});
afterAll(() => local.stop());

const place = () => ({ project: PROJECT, kms: local.http('dlp') });
const kms = () => createKms(place());
const version = (number: number, verb: string) =>
  local.call('POST', `${place().kms}/v1/${KMS_KEY}/cryptoKeyVersions/${number}:${verb}`, {});

async function rotate(): Promise<void> {
  const made = await local.call<{ name: string }>('POST', `${place().kms}/v1/${KMS_KEY}/cryptoKeyVersions`, {});
  const cryptoKeyVersionId = made.name.slice(made.name.lastIndexOf('/') + 1);
  await local.call('POST', `${place().kms}/v1/${KMS_KEY}:updatePrimaryVersion`, { cryptoKeyVersionId });
}

/** What the DLP stand-in makes of a value with these keys, unwrapped through the local KMS. */
async function tokensOf(keys: Readonly<Record<string, KeySource>>): Promise<string[]> {
  const dlp = createDeidentifier({ project: PROJECT, location: 'global', endpoint: local.grpc, keys });
  const answers = await Promise.all(
    Object.keys(keys).map((keyName) =>
      dlp.deidentify({
        deidentifyConfig: {
          recordTransformations: {
            fieldTransformations: [
              {
                fields: [{ name: 'email' }],
                primitiveTransformation: {
                  cryptoDeterministicConfig: { cryptoKey: { keyName }, surrogateInfoType: { name: 'pii' } },
                },
              },
            ],
          },
        },
        headers: ['email'],
        rows: [{ values: [{ stringValue: 'ann@example.com' }] }],
      }),
    ),
  );
  return answers.flatMap((answer) => stringsOf(answer) as string[]);
}

describe('rewrapping', () => {
  test('has nothing to do while the version that wrapped is the primary one', async () => {
    expect(await rewrapKeys(kms(), before)).toEqual({ keys: before, changed: [] });
  });

  test('after KMS has rotated keeps the data keys, and so the tokens, also when the old version is gone', async () => {
    const tokens = await tokensOf(before);
    expect(new Set(tokens).size).toBe(2);
    await rotate();
    expect(await tokensOf(before)).toEqual(tokens);

    const { keys, changed } = await rewrapKeys(kms(), before);
    expect(changed).toEqual(['pii', 'pii@2']);
    expect(keys.pii?.wrapped).not.toBe(before.pii?.wrapped);
    expect(await tokensOf(keys)).toEqual(tokens);

    await version(1, 'destroy');
    expect(await tokensOf(keys)).toEqual(tokens);
    await expect(tokensOf(before)).rejects.toMatchObject({ code: 'DLP_FAILED' });
    expect(await rewrapKeys(kms(), keys)).toEqual({ keys, changed: [] });
  });

  test('of a key whose version is gone says so and gives nothing', async () => {
    await expect(rewrapKeys(kms(), before)).rejects.toThrow(/does not unwrap pii: .*DESTROY_SCHEDULED/);
  });
});

test('Terraform’s file of values takes what is printed', () => {
  const kmsKey = KMS_KEY;
  expect(renderWrappedKeys({ pii: { wrapped: 'YQ==', kmsKey }, 'pii@2': { wrapped: 'Yg==', kmsKey } })).toBe(
    'wrapped_keys = {\n  "pii"   = "YQ=="\n  "pii@2" = "Yg=="\n}',
  );
});
