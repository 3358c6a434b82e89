import { DlpServiceClient, protos } from '@google-cloud/dlp';
import { type CallProperties, credentials } from '@grpc/grpc-js';
import { retryable, terminal } from '../errors.ts';
import type { KeySource } from '../model/deployment.ts';
import type { Cell } from '../model/dlp.ts';
import type { Deidentifier } from '../ports.ts';
import { deidentifyTemplate, inspectTemplate } from './dlp-template.ts';
import { dateText, decodeAnswer, encodeRequest } from './dlp-wire.ts';
import { hostAndPort } from './endpoint.ts';
import { isTransient } from './transient.ts';

export interface DlpOptions {
  project: string;
  /** Region whose data it is; `global` = no region. */
  location: string;
  endpoint?: string;
  keys: Readonly<Record<string, KeySource>>;
}

const { DeidentifyContentRequest, Table, TransformationOverview, TransformationSummary, Value } =
  protos.google.privacy.dlp.v2;

/** google.rpc.Code numbers that the client leaves to us: it never tries RESOURCE_EXHAUSTED again, which is its quota's answer. */
const RETRY_CODES = [4, 8, 14];
const BACKOFF = {
  initialRetryDelayMillis: 300,
  retryDelayMultiplier: 2,
  maxRetryDelayMillis: 20_000,
  initialRpcTimeoutMillis: 60_000,
  rpcTimeoutMultiplier: 1,
  maxRpcTimeoutMillis: 60_000,
  totalTimeoutMillis: 300_000,
};
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
/** Worded like this under DLP's default error mode, which lets nothing of the request through. */
const UNTRANSFORMED = /due to transformation errors/i;
/** Worded like this when a part of the request would have gone through. */
const TOO_LARGE = /retry with a smaller request|payload size exceeds|too many/i;

export function createDeidentifier({ project, location, endpoint, keys }: DlpOptions): Deidentifier {
  const client = new DlpServiceClient({
    projectId: project,
    'grpc.callInvocationTransformer': withoutCodec,
    ...(endpoint && { ...hostAndPort(endpoint), sslCreds: credentials.createInsecure() }),
  });
  const parent = `projects/${project}/locations/${location}`;

  return {
    async deidentify({ headers, rows, ...asked }) {
      const around = { parent, ...(withKeys(asked, keys) as object) };
      const encoded = encodeRequest({
        request: DeidentifyContentRequest.encode(DeidentifyContentRequest.fromObject(around)).finish(),
        table: Table.encode(Table.fromObject(tableOf(headers, []))).finish(),
        rows,
        encodeValue: (cell: Cell) => Value.encode(Value.fromObject(cell)).finish(),
      });
      const request: Encoded = { parent, encoded };
      const [bytes] = await client.deidentifyContent(request, RETRYING).catch((error) => failed('de-identify', error));
      const width = headers.length;
      const answer = decodeAnswer(bytes as unknown as Buffer, rows.length * width, (value) =>
        textOf(Value.decode(value)),
      );
      if (answer.widths.length !== rows.length || answer.widths.some((one) => one !== width)) {
        throw retryable('DLP_INCOMPLETE', `${rows.length} rows were sent to DLP and its answer does not match them`);
      }
      const untransformed = TransformationOverview.decode(answer.overview)
        .transformationSummaries.flatMap((summary) => summary.results ?? [])
        .find((result) => result.code === TransformationSummary.TransformationResultCode.ERROR);
      if (untransformed)
        throw terminal('DLP_FAILED', `DLP could not transform ${untransformed.count} values`, {
          details: { count: Number(untransformed.count) },
        });
      return answer.cells;
    },

    async template(name) {
      try {
        if (name.includes('/inspectTemplates/'))
          return inspectTemplate((await client.getInspectTemplate({ name }, RETRYING))[0]);
        return deidentifyTemplate((await client.getDeidentifyTemplate({ name }, RETRYING))[0]);
      } catch (error) {
        return (error as { code?: number }).code === NOT_FOUND ? undefined : failed('show a template', error);
      }
    },

    async inspect({ inspectConfig, headers, rows }) {
      const request = { parent, inspectConfig, item: { table: tableOf(headers, rows) } };
      const [{ result }] = await client.inspectContent(request, RETRYING).catch((error) => failed('inspect', error));
      if (!result) throw retryable('DLP_INCOMPLETE', 'DLP answered an inspection without a result');
      return (result.findings ?? []).map(({ infoType, location }) => {
        const cell = location?.contentLocations?.[0]?.recordLocation;
        const { name: column } = cell?.fieldId ?? {};
        if (!infoType?.name || !column)
          throw retryable('DLP_INCOMPLETE', 'DLP answered an inspection with a finding that has no place in the table');
        return { infoType: infoType.name, column, row: Number(cell?.tableLocation?.rowIndex ?? 0) };
      });
    },

    async reidentify({ reidentifyConfig, headers, rows }) {
      const item = { table: tableOf(headers, rows) };
      const request = { parent, reidentifyConfig: withKeys(reidentifyConfig, keys) as object, item };
      const [answer] = await client.reidentifyContent(request, RETRYING).catch((error) => failed('re-identify', error));
      const cells = (answer.item?.table?.rows ?? []).map(({ values }) =>
        (values ?? []).map((value) => textOf(Value.fromObject(value))),
      );
      if (cells.length !== rows.length || cells.some((row) => row.length !== headers.length))
        throw retryable('DLP_INCOMPLETE', `${rows.length} rows were sent to DLP and its answer does not match them`);
      const unopened = (answer.overview?.transformationSummaries ?? [])
        .flatMap(({ results }) => results ?? [])
        .filter(({ code }) => code === 'ERROR' || code === TransformationSummary.TransformationResultCode.ERROR)
        .reduce((sum, { count }) => sum + Number(count), 0);
      return { cells, unopened };
    },
  };
}

const RETRYING = { retry: { retryCodes: RETRY_CODES, backoffSettings: BACKOFF } };

const tableOf = (headers: readonly string[], rows: readonly { values: object[] }[]) => ({
  headers: headers.map((name) => ({ name })),
  rows: rows as { values: protos.google.privacy.dlp.v2.IValue[] }[],
});

/** DLP's messages may quote the content, so the cause's text goes no further than its code. */
function failed(what: string, error: unknown): never {
  const details = { status: Number((error as { code?: number }).code ?? 0) };
  if (details.status === INVALID_ARGUMENT && TOO_LARGE.test(String((error as Error).message))) {
    throw terminal('DLP_TOO_LARGE', 'DLP wants a smaller request', { cause: error, details });
  }
  if (details.status === INVALID_ARGUMENT && UNTRANSFORMED.test(String((error as Error).message))) {
    const message =
      'DLP could not transform some of the values, and does not say which: they are none that their transformation takes; normalize them, or choose another';
    throw terminal('DLP_FAILED', message, { cause: error, details });
  }
  const fail = isTransient(error) ? retryable : terminal;
  throw fail('DLP_FAILED', `DLP did not ${what} (code ${details.status})`, { cause: error, details });
}

interface Encoded {
  /** The client addresses its call by it. */
  parent: string;
  encoded: Buffer;
}

/** What the client is handed to de-identify is protobuf already, and what it hands back is protobuf still. */
function withoutCodec(call: CallProperties<Encoded, Buffer>): CallProperties<Encoded, Buffer> {
  if (!call.methodDefinition.path.endsWith('/DeidentifyContent')) return call;
  const methodDefinition = {
    ...call.methodDefinition,
    requestSerialize: ({ encoded }: Encoded) => encoded,
    responseDeserialize: (bytes: Buffer) => bytes,
  };
  return { ...call, methodDefinition };
}

/** `{ keyName: 'pii' }` anywhere in a rendered configuration becomes the CryptoKey of that name. */
function withKeys(config: unknown, keys: Readonly<Record<string, KeySource>>): unknown {
  if (Array.isArray(config)) return config.map((item) => withKeys(item, keys));
  if (typeof config !== 'object' || config === null) return config;
  const { keyName } = config as { keyName?: string };
  if (keyName === undefined)
    return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, withKeys(value, keys)]));
  const key = keys[keyName];
  if (!key) throw terminal('CONFIG_INVALID', `the key ${keyName} is not configured: add it to SLUICE_KEYS`);
  return { kmsWrapped: { wrappedKey: Buffer.from(key.wrapped, 'base64'), cryptoKeyName: key.kmsKey } };
}

/** A value of DLP as text: the client says which of its fields is set; the others read as nothing, and 0 and '' are values. */
function textOf(value: protos.google.privacy.dlp.v2.Value): string | null {
  switch (value.type) {
    case undefined:
      return null;
    case 'stringValue':
      return value.stringValue ?? '';
    case 'integerValue':
      return String(value.integerValue);
    case 'floatValue':
      return String(value.floatValue);
    case 'booleanValue':
      return String(value.booleanValue);
    case 'dateValue':
      return dateText(value.dateValue ?? {});
    case 'timestampValue':
      return timestampText(value.timestampValue ?? {});
    default:
      throw terminal('DLP_FAILED', `DLP answered with a ${value.type}, which no transformation here asks for`);
  }
}

/** To the microsecond, which is as fine as the warehouse keeps. */
const timestampText = ({ seconds, nanos }: protos.google.protobuf.ITimestamp): string =>
  `${new Date(Number(seconds ?? 0) * 1000).toISOString().slice(0, -5)}.${String(Math.floor((nanos ?? 0) / 1000)).padStart(6, '0')}Z`;
