// CommonJS whose names Node does not see.
import avsc, { type Schema, type Type } from 'avsc';

/** Avro's long with all its 64 bits: the library's own is a double, and fails on what that does not hold. */
const long: Type = (avsc.types.LongType as unknown as { __with(methods: object): Type }).__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** A schema's type, with such longs; a value of a union stands for itself. */
export function typeOfAvro(schema: Schema): Type {
  return avsc.Type.forSchema(schema, {
    typeHook: (one) => (one === 'long' || (one as { type?: unknown }).type === 'long' ? long : undefined),
    wrapUnions: 'never',
    omitRecordMethods: true,
  });
}
