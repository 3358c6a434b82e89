import { invalid, unsupported } from './errors.ts';
import { isJson, type Json, mergePatch, type ObjectAttributes } from './records.ts';

const TEXT_FIELDS = [
  'contentType',
  'contentEncoding',
  'contentDisposition',
  'contentLanguage',
  'cacheControl',
] as const;
const STORAGE_CLASSES = [
  ...['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE'],
  ...['MULTI_REGIONAL', 'REGIONAL', 'DURABLE_REDUCED_AVAILABILITY'],
];
/** Keys and values together. Source: cloud.google.com/storage/quotas#objects. */
const METADATA_MAX_BYTES = 8192;

/** The writable fields of a request's object resource; read-only and unknown ones are passed over, as Google does. */
export function parseAttributes(body: Json): ObjectAttributes {
  return validate(withoutNulls(pick(body)));
}

/** A PATCH: given fields replace, `null` deletes, keys of `metadata` likewise one by one. */
export function patchAttributes(current: ObjectAttributes, body: Json): ObjectAttributes {
  const { storageClass = current.storageClass, ...patch } = pick(body);
  if (storageClass !== current.storageClass)
    throw invalid(
      `The storage class of an existing object cannot be patched from ${current.storageClass} to ${String(storageClass)}; rewrite the object onto itself.`,
    );
  return validate(mergePatch(current as Json, patch));
}

function pick(body: Json): Json {
  if (body.temporaryHold === true || body.eventBasedHold === true) throw unsupported('holds on objects');
  for (const field of ['retention', 'kmsKeyName', 'contexts'])
    if (body[field] !== undefined && body[field] !== null) throw unsupported(`${field} on objects`);
  const picked: Json = {};
  for (const field of [...TEXT_FIELDS, 'storageClass', 'customTime', 'metadata'])
    if (body[field] !== undefined) picked[field] = body[field];
  return picked;
}

const withoutNulls = (json: Json): Json => mergePatch({}, json);

function validate(json: Json): ObjectAttributes {
  const attributes: ObjectAttributes = {};
  for (const field of TEXT_FIELDS) {
    const value = json[field];
    if (value === undefined || value === '') continue;
    // They go out as response headers, where a control character would start another one.
    if (typeof value !== 'string' || /\p{Cc}/u.test(value))
      throw invalid(`Invalid value for ${field}: ${JSON.stringify(value)} is not a header value.`);
    attributes[field] = value;
  }
  if (json.storageClass !== undefined) {
    const storageClass = String(json.storageClass);
    if (!STORAGE_CLASSES.includes(storageClass))
      throw invalid(`Invalid storage class '${storageClass}'; known are ${STORAGE_CLASSES.join(', ')}.`);
    attributes.storageClass = storageClass;
  }
  if (json.customTime !== undefined) {
    if (typeof json.customTime !== 'string' || Number.isNaN(Date.parse(json.customTime)))
      throw invalid(`Invalid value for customTime: ${JSON.stringify(json.customTime)} is not an RFC 3339 time.`);
    attributes.customTime = new Date(json.customTime).toISOString();
  }
  const metadata = parseMetadata(json.metadata);
  if (metadata) attributes.metadata = metadata;
  return attributes;
}

function parseMetadata(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  if (!isJson(value)) throw invalid('Invalid value for metadata: it is an object of strings.');
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text === 'object') throw invalid(`Invalid value for metadata.${key}: it is a string.`);
    return [key, String(text)];
  });
  const bytes = entries.reduce((sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text), 0);
  if (bytes > METADATA_MAX_BYTES)
    throw invalid(`The custom metadata of an object may take ${METADATA_MAX_BYTES} bytes, not ${bytes}.`);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
