import { afterAll, describe, expect, test } from 'vitest';
import { createDeidentifier, type DlpOptions } from '../../functions/gcp/dlp.ts';
import type { DeidentifyRequest } from '../../functions/model/dlp.ts';
import { stringsOf } from '../../functions/model/texts.ts';
import type { Deidentifier } from '../../functions/ports.ts';
import { localKeys } from '../../infra/cli/keys/local-keys.ts';
import { ApiError } from '../../infra/local/api-error.ts';
import { createDlp } from '../../infra/local/dlp/dlp.ts';
import { type RpcService, serveGrpc } from '../../infra/local/rpc.ts';
import { deidentifierContract } from '../contract/deidentifier.ts';
import { createTemporaryContext } from '../infra/local/temporary-context.ts';
import { storeTemplate } from '../stored-template.ts';
import { PROJECT, startLocal } from './local.ts';

/** What nobody unwraps. */
const KEYS = { pii: { wrapped: 'd3JhcHBlZA==', kmsKey: 'projects/acme/locations/l/keyRings/r/cryptoKeys/k' } };
const adapter = (endpoint: string, keys: DlpOptions['keys'] = KEYS): Deidentifier =>
  createDeidentifier({ project: PROJECT, location: 'global', endpoint, keys });

deidentifierContract('Cloud DLP', async () => {
  const local = await startLocal();
  const place = { project: PROJECT, kms: local.http('dlp') };
  const parent = `${local.http('dlp')}/v2/projects/${PROJECT}/locations/global`;
  return {
    dlp: adapter(local.grpc, await localKeys(local.dir, place, ['pii', 'other'])),
    store: (collection, id, template) => storeTemplate(parent, collection, id, template),
    stop: local.stop,
  };
});

interface Asked {
  parent: string;
  deidentifyConfig: object;
  item: { table: { headers: object[]; rows: { values: object[] }[] } };
}
type Answer = (request: Asked, index: number) => object;

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

async function serve(services: RpcService[]): Promise<string> {
  const server = await serveGrpc(services, 0);
  closing.push(server.close);
  return `127.0.0.1:${server.port}`;
}

/** DLP that answers as it is told. */
async function fakeDlp(answer: Answer): Promise<{ dlp: Deidentifier; asked: Asked[] }> {
  const asked: Asked[] = [];
  const service: RpcService = {
    name: 'google.privacy.dlp.v2.DlpService',
    protosFrom: '@google-cloud/dlp',
    methods: {
      DeidentifyContent(request: Asked) {
        asked.push(request);
        return answer(request, asked.length - 1);
      },
      ReidentifyContent: (request: Asked) => answer(request, 0),
    } as RpcService['methods'],
  };
  return { dlp: adapter(await serve([service])), asked };
}

const request = (rows: number, cells = 1): DeidentifyRequest => ({
  deidentifyConfig: {
    recordTransformations: {
      fieldTransformations: [
        { fields: [{ name: 'c0' }], primitiveTransformation: { cryptoHashConfig: { cryptoKey: { keyName: 'pii' } } } },
      ],
    },
  },
  headers: Array.from({ length: cells }, (_, i) => `c${i}`),
  rows: Array.from({ length: rows }, () => ({ values: Array.from({ length: cells }, () => ({ stringValue: 'ann' })) })),
});
const table = (rows: object[], summaries: object[] = []) => ({
  item: { table: { headers: [], rows } },
  overview: { transformationSummaries: summaries },
});
const row = (...values: object[]) => ({ values });

describe('an answer that is not whole is refused, and may come whole later', () => {
  test.each<[string, object]>([
    ['no item', {}],
    ['text instead of a table', { item: { value: 'ann' } }],
    ['no rows', table([])],
    ['a row too few', table([row({ stringValue: 'x' }, { stringValue: 'x' })])],
    ['a row too many', table([1, 2, 3].map(() => row({ stringValue: 'x' }, { stringValue: 'x' })))],
    ['a cell too few', table([row({ stringValue: 'x' }, { stringValue: 'x' }), row({ stringValue: 'x' })])],
    ['a cell too many', table([1, 2].map(() => row({ stringValue: 'x' }, { stringValue: 'x' }, { stringValue: 'x' })))],
    ['rows without cells', table([row(), row()])],
  ])('%s', async (_, answer) => {
    const { dlp } = await fakeDlp(() => answer);
    const incomplete = { code: 'DLP_INCOMPLETE', retryable: true };
    await expect(dlp.deidentify(request(2, 2))).rejects.toMatchObject(incomplete);
    const { headers, rows } = request(2, 2);
    await expect(dlp.reidentify({ reidentifyConfig: {}, headers, rows })).rejects.toMatchObject(incomplete);
  });
});

describe('an answer', () => {
  test('of any type comes back as text', async () => {
    const values = [
      { stringValue: '' },
      { stringValue: '0' },
      { integerValue: '0' },
      { integerValue: '-9007199254740993' },
      { floatValue: 0 },
      { floatValue: -0.5 },
      { booleanValue: false },
      { dateValue: { year: 33, month: 4, day: 5 } },
      { timestampValue: { seconds: '0', nanos: 0 } },
      { timestampValue: { seconds: '-1', nanos: 999_999_999 } },
      {},
    ];
    const { dlp } = await fakeDlp(() => table([row(...values)]));
    expect(stringsOf(await dlp.deidentify(request(1, values.length)))).toEqual([
      '',
      '0',
      '0',
      '-9007199254740993',
      '0',
      '-0.5',
      'false',
      '0033-04-05',
      '1970-01-01T00:00:00.000000Z',
      '1969-12-31T23:59:59.999999Z',
      null,
    ]);
  });

  test('of a type that nothing asks for is refused', async () => {
    const { dlp } = await fakeDlp(() => table([row({ dayOfWeekValue: 'MONDAY' })]));
    await expect(dlp.deidentify(request(1))).rejects.toMatchObject({ code: 'DLP_FAILED', retryable: false });
  });

  test('that says that values could not be transformed is refused: they may be as they were', async () => {
    const summary = {
      results: [
        { code: 'SUCCESS', count: '5' },
        { code: 'ERROR', count: '3', details: 'ann' },
      ],
    };
    const { dlp } = await fakeDlp(() => table([row({ stringValue: 'ann' })], [summary]));
    const error: unknown = await dlp.deidentify(request(1)).catch((raw: unknown) => raw);
    expect(error).toMatchObject({ code: 'DLP_FAILED', retryable: false, details: { count: 3 } });
    expect((error as Error).message).not.toContain('ann');
  });
});

describe('a request', () => {
  test('carries the keys that it names, and goes to the configured location', async () => {
    const { dlp, asked } = await fakeDlp(() => table([row({ stringValue: 'x' })]));
    await dlp.deidentify(request(1));
    expect(asked[0]?.parent).toBe(`projects/${PROJECT}/locations/global`);
    expect(asked[0]?.deidentifyConfig).toMatchObject({
      recordTransformations: {
        fieldTransformations: [
          {
            primitiveTransformation: {
              cryptoHashConfig: {
                cryptoKey: { kmsWrapped: { wrappedKey: Buffer.from('wrapped'), cryptoKeyName: KEYS.pii.kmsKey } },
              },
            },
          },
        ],
      },
    });
  });

  test.each(['RESOURCE_EXHAUSTED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'] as const)(
    'that meets %s is tried again',
    async (code) => {
      const { dlp, asked } = await fakeDlp((_, index) => {
        if (index < 2) throw new ApiError(code, 'not now');
        return table([row({ stringValue: 'x' })]);
      });
      expect(stringsOf(await dlp.deidentify(request(1)))).toEqual(['x']);
      expect(asked).toHaveLength(3);
    },
  );

  test.each([
    ['PERMISSION_DENIED', false],
    ['UNAUTHENTICATED', false],
    ['INVALID_ARGUMENT', false],
    ['ABORTED', true],
  ] as const)('that meets %s fails, retryable: %s', async (code, retryable) => {
    const { dlp } = await fakeDlp(() => {
      throw new ApiError(code, 'the value ann is wrong');
    });
    const error: unknown = await dlp.deidentify(request(1)).catch((raw: unknown) => raw);
    expect(error).toMatchObject({ code: 'DLP_FAILED', retryable });
    expect((error as Error).message).not.toContain('ann');
  });

  test('past the quota of a minute waits for the next', async () => {
    const { context, remove } = createTemporaryContext();
    let minute = 0;
    const quota = createDlp(context, {
      requestsPerMinute: 1,
      now: () => minute * 60_000,
      beside: { unwrap: () => Buffer.alloc(32, 7) },
    });
    const dlp = adapter(await serve([quota.rpc]));
    await dlp.deidentify(request(1));
    setTimeout(() => minute++, 400);
    expect(stringsOf(await dlp.deidentify(request(1)))).toHaveLength(1);
    expect(minute).toBe(1);
    remove();
  });
});
