import { KEY_NAME } from '../../model/key-name.ts';
import { show } from '../findings.ts';
import { didYouMean } from '../nearest.ts';
import type { Finding, Path } from '../problem.ts';
import { ENUMS, MESSAGES } from './messages.ts';

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
export type Message = { readonly [key: string]: Json };

export interface Read {
  /** As DLP's client takes it; only of use where there are no findings. */
  message: Message;
  findings: Finding[];
  /** Names of the keys it uses. */
  keys: string[];
  /** Names of the fields that it takes contexts from. */
  contexts: string[];
}

/** Fields without which DLP refuses a message, or does not do what its name says; `a|b` = one of them. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  PrimitiveTransformation: [Object.keys(MESSAGES.PrimitiveTransformation ?? {}).join('|')],
  InfoTypeTransformations: ['transformations'],
  InfoTypeTransformation: ['primitiveTransformation'],
  ReplaceValueConfig: ['newValue'],
  CryptoReplaceFfxFpeConfig: ['cryptoKey', 'commonAlphabet|customAlphabet|radix'],
  CryptoDeterministicConfig: ['cryptoKey'],
  CryptoHashConfig: ['cryptoKey'],
  FixedSizeBucketingConfig: ['lowerBound', 'upperBound', 'bucketSize'],
  BucketingConfig: ['buckets'],
  TimePartConfig: ['partToExtract'],
  ReplaceDictionaryConfig: ['wordList'],
  CustomInfoType: ['infoType', 'dictionary|regex|surrogateType|storedType'],
  FieldId: ['name'],
  InfoType: ['name'],
};

const RFC_3339 = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const INTEGER_BITS: Readonly<Record<string, number>> = { int32: 31, int64: 63 };

/**
 * Protobuf's JSON of a message: every field known, of its type, and one of a oneof. What the client would silently drop, and
 * what it would refuse at the first file, is found here.
 */
export function readMessage(type: string, written: unknown, at: Path): Read {
  const findings: Finding[] = [];
  const keys = new Set<string>();
  const contexts = new Set<string>();
  const say = (path: Path, code: Finding['code'], message: string, remedy: string): Json => {
    findings.push({ path, code, message, remedy });
    return '';
  };

  function readFields(name: string, value: unknown, path: Path): Json {
    const fields = MESSAGES[name] ?? {};
    if (!isMap(value)) return say(path, 'WRONG_TYPE', `${show(value)} is not a ${name}`, `write ${shapeOf(name)}`);
    const message: Record<string, Json> = {};
    const chosen = new Map<string, string>();
    for (const [key, inner] of Object.entries(value)) {
      const place = [...path, key];
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined) {
        const remedy = didYouMean(camelCase(key), Object.keys(fields), `write ${shapeOf(name)}`);
        say(place, 'UNKNOWN_KEY', `\`${key}\` is not a field of DLP’s ${name}`, remedy);
        continue;
      }
      const [kind = '', oneof] = field.split(' ');
      const other = oneof === undefined ? undefined : chosen.get(oneof);
      if (oneof !== undefined) chosen.set(oneof, key);
      if (other !== undefined)
        say(place, 'WRONG_VALUE', `\`${other}\` and \`${key}\` stand together`, 'a message holds one of the two');
      message[key] = kind.startsWith('[]') ? readList(kind.slice(2), inner, place) : readOne(kind, inner, place);
      if (key === 'context' && isMap(inner) && typeof inner.name === 'string') contexts.add(inner.name);
    }
    for (const one of REQUIRED[name] ?? []) {
      if (one.split('|').some((field) => field in value)) continue;
      const choice = one.split('|').map((field) => `\`${field}\``);
      const remedy = `add ${choice.length > 1 ? 'one of ' : ''}${choice.join(', ')}`;
      say(path, 'MISSING_KEY', `DLP’s ${name} lacks ${choice.length > 1 ? 'what it does' : choice[0]}`, remedy);
    }
    return message;
  }

  function readList(kind: string, value: unknown, path: Path): Json {
    if (!Array.isArray(value)) return say(path, 'WRONG_TYPE', `${show(value)} is not a list`, 'write `[a, b]`');
    return value.map((inner: unknown, index) => readOne(kind, inner, [...path, index]));
  }

  function readOne(kind: string, value: unknown, path: Path): Json {
    if (kind === 'CryptoKey') return readKey(value, path);
    if (kind === 'Timestamp') return readTimestamp(value, path);
    if (Object.hasOwn(MESSAGES, kind)) return readFields(kind, value, path);
    const values = Object.hasOwn(ENUMS, kind) ? ENUMS[kind] : undefined;
    if (values !== undefined) {
      if (typeof value === 'string' && values.includes(value)) return value;
      const choice = `write one of ${values.map((one) => `\`${one}\``).join(', ')}`;
      return say(
        path,
        'WRONG_VALUE',
        `${show(value)} is not a ${kind} of DLP`,
        didYouMean(String(value), values, choice),
      );
    }
    return readScalar(kind, value, path);
  }

  function readScalar(kind: string, value: unknown, path: Path): Json {
    const wrong = (shape: string) => say(path, 'WRONG_TYPE', `${show(value)} is not ${shape}`, `write ${shape}`);
    if (kind === 'string')
      return typeof value === 'string' ? value : wrong('a text, in quotes if it looks like a number');
    if (kind === 'bool') return typeof value === 'boolean' ? value : wrong('`true` or `false`');
    if (kind === 'double') return typeof value === 'number' ? value : wrong('a number');
    const bits = INTEGER_BITS[kind] ?? 0;
    const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
    if (!/^-?\d+$/.test(text) || BigInt.asIntN(bits + 1, BigInt(text)) !== BigInt(text))
      return wrong(`a whole number of ${bits + 1} bits`);
    return bits > 31 ? text : Number(text);
  }

  function readKey(value: unknown, path: Path): Json {
    const remedy = 'write `{ keyName: pii }`, and configure the key of that name (SLUICE_KEYS)';
    const secret = isMap(value) ? Object.keys(value).find((key) => key !== 'keyName') : undefined;
    if (secret !== undefined) {
      const wrapped =
        secret === 'unwrapped' ? 'an unwrapped key in a declaration is a key that everybody has' : undefined;
      return say([...path, secret], 'WRONG_VALUE', wrapped ?? 'keys are named here and configured elsewhere', remedy);
    }
    const name = isMap(value) ? value.keyName : undefined;
    // The value is not shown: it may be a key.
    const key = typeof name === 'string' ? name.replace(/@1$/, '') : '';
    if (!KEY_NAME.test(key)) return say(path, 'WRONG_VALUE', 'no key is named', remedy);
    keys.add(key);
    return { keyName: key };
  }

  function readTimestamp(value: unknown, path: Path): Json {
    const match = typeof value === 'string' ? RFC_3339.exec(value) : null;
    const at = match ? Date.parse(`${match[1]}${match[3]}`) : Number.NaN;
    if (Number.isNaN(at))
      return say(path, 'WRONG_TYPE', `${show(value)} is not a time`, 'write RFC 3339, as in `"2026-01-31T00:00:00Z"`');
    return { seconds: String(at / 1000), nanos: Number((match?.[2] ?? '.0').slice(1).padEnd(9, '0')) };
  }

  const message = readFields(type, written, at);
  return { message: isMap(message) ? (message as Message) : {}, findings, keys: [...keys], contexts: [...contexts] };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Protobuf's own names are other than those of its JSON. */
const camelCase = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function shapeOf(name: string): string {
  const fields = Object.keys(MESSAGES[name] ?? {});
  return fields.length === 0 ? '`{}`' : `a map with some of ${fields.map((field) => `\`${field}\``).join(', ')}`;
}
