import { bytesOfDecimal } from '../avro/decimal-bytes.ts';
import { notSupported } from '../errors.ts';
import type { Cell } from '../rows.ts';
import { type Field, parametersOf, typeOfField } from '../schema.ts';

/** An Avro schema as its file holds it. */
type Schema = string | readonly Schema[] | { [key: string]: unknown };
/** A cell, as REST answers it with useInt64Timestamp, as avsc writes it. */
type Encode = (cell: Cell) => unknown;

interface AvroType {
  schema: Schema;
  encode: Encode;
}

const string = (sqlType?: string): AvroType => ({
  schema: sqlType ? { type: 'string', sqlType } : 'string',
  encode: (cell) => cell,
});
const long: Encode = (cell) => BigInt(String(cell));

/**
 * A table as a record. Source: cloud.google.com/bigquery/docs/exporting-data#avro_export_details
 * Throws JobFailure for columns that Avro cannot name or Google documents no form of.
 */
export function avroRecord(fields: readonly Field[], logicalTypes: boolean, path: readonly string[] = []): AvroType {
  const members = fields.map((field) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(field.name))
      throw notSupported(`Avro column ${field.name}: its names are of letters, digits and underscores`);
    const value = avroValue(field, logicalTypes, [...path, field.name]);
    const { schema, encode } = withMode(field, value);
    return { name: field.name, schema, encode };
  });
  return {
    schema: {
      type: 'record',
      name: path.length === 0 ? 'Root' : path.join('_'),
      ...(path.length > 0 && { namespace: 'root' }),
      fields: members.map(({ name, schema }) => ({ name, type: schema })),
    },
    encode: (cell) => {
      const { f } = cell as { f: { v: Cell }[] };
      return Object.fromEntries(members.map(({ name, encode }, i) => [name, encode(f[i]?.v ?? null)]));
    },
  };
}

function withMode({ mode }: Field, { schema, encode }: AvroType): AvroType {
  switch (mode) {
    case 'REQUIRED':
      return { schema, encode };
    case 'REPEATED':
      return {
        schema: { type: 'array', items: schema },
        encode: (cell) => (cell as { v: Cell }[]).map(({ v }) => encode(v)),
      };
    default:
      return { schema: ['null', schema], encode: (cell) => (cell === null ? null : encode(cell)) };
  }
}

function avroValue(field: Field, logicalTypes: boolean, path: readonly string[]): AvroType {
  const { kind } = typeOfField({ ...field, mode: 'NULLABLE' });
  switch (kind) {
    case 'STRUCT':
      return avroRecord(field.fields ?? [], logicalTypes, path);
    case 'BOOL':
      return { schema: 'boolean', encode: (cell) => cell === 'true' };
    case 'INT64':
      return { schema: 'long', encode: long };
    case 'FLOAT64':
      return { schema: 'double', encode: (cell) => Number(cell) };
    case 'STRING':
      return string();
    case 'JSON':
    case 'DATETIME':
      return string(kind);
    case 'BYTES':
      return { schema: 'bytes', encode: (cell) => Buffer.from(String(cell), 'base64') };
    case 'TIMESTAMP':
      return { schema: { type: 'long', logicalType: 'timestamp-micros' }, encode: long };
    case 'DATE':
      return logicalTypes ? { schema: { type: 'int', logicalType: 'date' }, encode: dayNumber } : string(kind);
    case 'TIME':
      return logicalTypes
        ? { schema: { type: 'long', logicalType: 'time-micros' }, encode: clockMicros }
        : string(kind);
    case 'NUMERIC':
      return decimal(field, 38, 9);
    case 'BIGNUMERIC':
      return decimal(field, 77, 38);
    default:
      throw notSupported(`${kind} column ${field.name} as Avro`);
  }
}

/** With the column's own precision and scale, where it has them. */
function decimal(field: Field, widest: number, deepest: number): AvroType {
  const parameters = parametersOf(field);
  const { precision, scale } = parameters && 'scale' in parameters ? parameters : { precision: widest, scale: deepest };
  return {
    schema: { type: 'bytes', logicalType: 'decimal', precision, scale },
    encode: (cell) => bytesOfDecimal(String(cell), scale),
  };
}

const dayNumber: Encode = (cell) => Date.parse(`${cell}T00:00:00Z`) / 86_400_000;

const clockMicros: Encode = (cell) => {
  const [, hours, minutes, seconds, fraction = ''] = /^(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(String(cell)) ?? [];
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};
