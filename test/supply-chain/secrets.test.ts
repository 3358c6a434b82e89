import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../cold-function.ts';
import { findSecrets, trackedTexts } from './secrets.ts';

/** Put together here, so that no file holds one. */
const PLANTED: readonly [what: string, path: string, text: string][] = [
  ['a GitHub token', 'a.ts', `const token = '${['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_')}';`],
  ['an AWS key', '.env', `AWS_SECRET_ACCESS_KEY=${'wJalrXUtnFEMI/K7MDENG'}${'/bPxRfiCYEXAMPLEKEZ'}`],
  [
    'a private key',
    'key.pem',
    [
      '-----BEGIN RSA',
      ' PRIVATE KEY-----\n',
      'MIIEpAIBAAKCAQEA1'.repeat(8),
      '\n-----END RSA',
      ' PRIVATE KEY-----',
    ].join(''),
  ],
  [
    "a key of Google's service accounts",
    'key.json',
    JSON.stringify({
      type: 'service_account',
      project_id: 'p',
      private_key_id: '3b4d72b93815fd620db9a7a54d57df588584e64aa',
      private_key: [
        '-----BEGIN',
        ' PRIVATE KEY-----\n',
        'MIIEvQIBADANBgkqhkiG9w0BAQEF'.repeat(20),
        '\n-----END',
        ' PRIVATE KEY-----\n',
      ].join(''),
      client_email: 'a@p.iam.gserviceaccount.com',
      client_id: '123456789012345678901',
    }),
  ],
  ['a Slack token', 'a.md', ['xoxb', '123456789012', '123456789012', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('-')],
];

describe('secrets', () => {
  test.each(PLANTED)('%s is found, and not repeated', async (_, path, text) => {
    const found = await findSecrets(path, text);
    expect(found).not.toEqual([]);
    expect(found.join()).not.toContain(text.slice(-20));
  });

  test('no file of the repository holds one', async () => {
    const found: string[] = [];
    let files = 0;
    for (const [path, text] of trackedTexts(REPOSITORY)) {
      files++;
      found.push(...(await findSecrets(path, text)));
    }
    expect(files).toBeGreaterThan(500);
    expect(found).toEqual([]);
  });
});
