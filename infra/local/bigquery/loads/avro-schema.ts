import { decimalOfBytes } from '../avro/decimal-bytes.ts';
import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import type { Field } from '../schema.ts';

/** A type of an Avro schema as BigQuery takes it. `render` makes of a value what a line of JSON says of it. */
export type AvroNode =
  | { kind: 'scalar'; type: string; render: (value: never) => string }
  | { kind: 'record'; fields: AvroField[] };

export interface AvroField {
  name: string;
  mode: Field['mode'];
  node: AvroNode;
}

/** As it stands in a file; avsc has checked it. */
type Schema = string | Schema[] | (Record<string, unknown> & { type: Schema });

interface Reading {
  load: LoadConfiguration;
  /** Named types that were met, by full name. */
  named: Map<string, { schema: Schema; space: string }>;
  /** Records that are being read: none may hold itself. */
  open: Set<unknown>;
}

/** A file's columns. Source: cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro#avro_conversions */
export function readAvroSchema(text: string, load: LoadConfiguration): AvroField[] {
  const node = readNode(JSON.parse(text) as Schema, '', 'the file', { load, named: new Map(), open: new Set() });
  if (node.kind !== 'record') throw notSupported('an Avro file whose rows are no records');
  return node.fields;
}

export function fieldOfAvro({ name, mode, node }: AvroField): Field {
  return node.kind === 'record'
    ? { name, type: 'RECORD', mode, fields: node.fields.map(fieldOfAvro) }
    : { name, type: node.type, mode };
}

function readField(name: string, schema: Schema, space: string, reading: Reading): AvroField {
  if (Array.isArray(schema)) {
    const others = schema.filter((one) => one !== 'null');
    const [only] = others;
    if (only === undefined || others.length > 1) throw notSupported(`Avro field ${name}, a union of several types`);
    const field = readField(name, only, space, reading);
    return others.length < schema.length && field.mode === 'REQUIRED' ? { ...field, mode: 'NULLABLE' } : field;
  }
  const { own, ownSpace } = resolve(schema, space, reading);
  if (typeof own === 'object' && !Array.isArray(own) && own.type === 'array') {
    const items = readField(name, own.items as Schema, ownSpace, reading);
    if (items.mode === 'REPEATED') throw new JobFailure('invalid', `Nested arrays are not allowed: Avro field ${name}`);
    return { ...items, mode: 'REPEATED' };
  }
  return { name, mode: 'REQUIRED', node: readNode(schema, space, name, reading) };
}

/** A named type that was told before, or the schema itself; with the namespace that its own names are in. */
function resolve(schema: Schema, space: string, reading: Reading): { own: Schema; ownSpace: string } {
  if (typeof schema !== 'string') {
    if (!Array.isArray(schema) && typeof schema.type === 'object' && !Array.isArray(schema.type))
      return resolve({ ...schema, ...schema.type }, space, reading);
    return { own: schema, ownSpace: space };
  }
  const known = reading.named.get(schema) ?? reading.named.get(`${space}.${schema}`);
  return known ? { own: known.schema, ownSpace: known.space } : { own: schema, ownSpace: space };
}

function readNode(schema: Schema, space: string, name: string, reading: Reading): AvroNode {
  const { own, ownSpace } = resolve(schema, space, reading);
  const told = typeof own === 'string' || Array.isArray(own) ? { type: own } : own;
  const inner = register(told, own, ownSpace, reading);
  switch (told.type) {
    case 'record': {
      if (reading.open.has(own)) throw notSupported(`Avro field ${name}, a record that holds itself`);
      reading.open.add(own);
      const fields = (told.fields as { name: string; type: Schema }[]).map((field) =>
        readField(field.name, field.type, inner, reading),
      );
      reading.open.delete(own);
      return { kind: 'record', fields };
    }
    case 'enum':
      return scalar('STRING', text);
    default:
      return readScalar(told, name, reading.load);
  }
}

/** Remembers a named type; resolves to the namespace of what is inside of it. */
function register(told: Record<string, unknown>, own: Schema, space: string, reading: Reading): string {
  if (typeof told.name !== 'string') return space;
  const dot = told.name.lastIndexOf('.');
  const inner = dot >= 0 ? told.name.slice(0, dot) : typeof told.namespace === 'string' ? told.namespace : space;
  const bare = told.name.slice(dot + 1);
  reading.named.set(inner === '' ? bare : `${inner}.${bare}`, { schema: own, space: inner });
  return inner;
}

const text = (value: unknown) => JSON.stringify(String(value));
const scalar = (type: string, render: (value: never) => string): AvroNode => ({ kind: 'scalar', type, render });

function readScalar(told: Record<string, unknown>, name: string, load: LoadConfiguration): AvroNode {
  const logical = told.logicalType;
  const isBytes = told.type === 'bytes' || told.type === 'fixed';
  if (logical === 'decimal' && isBytes) {
    const scale = Number(told.scale ?? 0);
    const type = decimalTarget(name, Number(told.precision), scale, load);
    return scalar(type, (bytes: Buffer) => text(decimalOfBytes(bytes, scale)));
  }
  const known = load.useAvroLogicalTypes === true ? LOGICAL[`${told.type} ${logical}`] : undefined;
  if (known) return known;
  if (load.useAvroLogicalTypes === true && logical === 'duration')
    throw notSupported(`Avro field ${name} of logical type duration`);
  if (isBytes) return scalar('BYTES', (bytes: Buffer) => text(bytes.toString('base64')));
  switch (told.type) {
    case 'boolean':
      return scalar('BOOLEAN', String);
    case 'int':
    case 'long':
      return scalar('INTEGER', text);
    case 'float':
    case 'double':
      return scalar('FLOAT', text);
    case 'string':
      if (told.sqlType === 'JSON') return scalar('JSON', json);
      return scalar('STRING', text);
    default:
      throw notSupported(`Avro field ${name} of type ${JSON.stringify(told.type)}`);
  }
}

/** JSON that is written out in a text; its line ends can only be white space. */
function json(written: string): string {
  try {
    JSON.parse(written);
  } catch {
    throw new JobFailure('invalid', 'Error while reading data, error message: a text of sqlType JSON is no JSON');
  }
  return written.replaceAll(/[\r\n]/g, ' ');
}

const micros = (factor: bigint, render: (micros: bigint) => string) => (value: number | bigint) =>
  text(render(BigInt(value) * factor));
const pad = (value: bigint, width = 2) => String(value).padStart(width, '0');

/** With their sign in front, as `-1.500000` for half past. */
function seconds(value: bigint): string {
  const all = value < 0n ? -value : value;
  return `${value < 0n ? '-' : ''}${all / 1_000_000n}.${pad(all % 1_000_000n, 6)}`;
}

function clock(value: bigint): string {
  const all = value / 1_000_000n;
  return `${pad(all / 3600n)}:${pad((all / 60n) % 60n)}:${pad(all % 60n)}.${pad(value % 1_000_000n, 6)}`;
}

const DAY = 86_400_000_000n;

function day(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000);
  if (Number.isNaN(date.getTime())) return 'out of range';
  const year = date.getUTCFullYear();
  return `${year < 0 ? year : String(year).padStart(4, '0')}-${pad(BigInt(date.getUTCMonth() + 1))}-${pad(BigInt(date.getUTCDate()))}`;
}

function wallClock(value: bigint): string {
  const within = ((value % DAY) + DAY) % DAY;
  return `${day((value - within) / DAY)}T${clock(within)}`;
}

const LOGICAL: Record<string, AvroNode> = {
  'int date': scalar('DATE', (days: number) => text(day(BigInt(days)))),
  'int time-millis': scalar('TIME', micros(1000n, clock)),
  'long time-micros': scalar('TIME', micros(1n, clock)),
  'long timestamp-millis': scalar('TIMESTAMP', micros(1000n, seconds)),
  'long timestamp-micros': scalar('TIMESTAMP', micros(1n, seconds)),
  'long local-timestamp-millis': scalar('DATETIME', micros(1000n, wallClock)),
  'long local-timestamp-micros': scalar('DATETIME', micros(1n, wallClock)),
};

/** The first target that holds the decimal's digits, else the widest; a value that it does not hold fails its row. */
function decimalTarget(name: string, precision: number, scale: number, load: LoadConfiguration): string {
  const targets = load.decimalTargetTypes?.length ? load.decimalTargetTypes : ['NUMERIC'];
  const whole = precision - scale;
  const fits: Record<string, boolean> = {
    NUMERIC: scale <= 9 && whole <= 29,
    BIGNUMERIC: scale <= 38 && whole <= 38,
    STRING: true,
  };
  for (const target of ['NUMERIC', 'BIGNUMERIC', 'STRING']) if (targets.includes(target) && fits[target]) return target;
  // 77 digits are what Google itself writes for a BIGNUMERIC.
  if (targets.includes('BIGNUMERIC') && scale <= 38) return 'BIGNUMERIC';
  throw new JobFailure(
    'invalid',
    `Error while reading data, error message: Avro field ${name}, a decimal of ${precision} digits and scale ${scale}, fits none of decimalTargetTypes ${targets.join(', ')}`,
  );
}
