import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  VARCHAR,
} from '@duckdb/node-api';
import { decodeUnits, encodeUnits } from '../decimals/decimal.ts';

/** DuckDB's types that cross into JavaScript, and what they are there. */
interface Kinds {
  text: string;
  integer: bigint;
  float: number;
  bool: boolean;
  bytes: Uint8Array;
  texts: (string | null)[];
  integers: (bigint | null)[];
  blobs: (Uint8Array | null)[];
  /** Units of the type's last place: see decimals/decimal.ts. */
  numeric: bigint;
  bignumeric: bigint;
}
export type ScalarKind = keyof Kinds;

const TYPES: Record<ScalarKind, DuckDBType> = {
  text: VARCHAR,
  integer: BIGINT,
  float: DOUBLE,
  bool: BOOLEAN,
  bytes: BLOB,
  texts: LIST(VARCHAR),
  integers: LIST(BIGINT),
  blobs: LIST(BLOB),
  numeric: DECIMAL(38, 9),
  bignumeric: BLOB,
};

/**
 * A function that DuckDB calls for each row, for what neither its own functions nor macros over them can do. About four
 * million short calls a second: a tenth of what native functions do. NULL in any argument is NULL out, without a call.
 */
export interface ScalarFunction {
  name: string;
  args: readonly ScalarKind[];
  result: ScalarKind;
  run: (...args: never[]) => DuckDBValue;
  /** Answers otherwise each time: it is called for every row, and TRY does not hold it. */
  volatile?: boolean;
}

/** `run` gets the arguments as JavaScript values; a thrown error fails the statement with its message, and TRY holds it. */
export function defineScalar<const A extends readonly ScalarKind[], R extends ScalarKind>(
  name: string,
  args: A,
  result: R,
  run: (...values: { [I in keyof A]: Kinds[A[I]] }) => Kinds[R] | null,
  { volatile = false }: { volatile?: boolean } = {},
): ScalarFunction {
  return { name, args, result, volatile, run: (...values) => toDuck(run(...(values as never)), result) };
}

function toDuck(value: Kinds[ScalarKind] | null, kind: ScalarKind): DuckDBValue {
  if (value instanceof Uint8Array) return new DuckDBBlobValue(value);
  if (typeof value === 'bigint' && kind === 'bignumeric') return new DuckDBBlobValue(encodeUnits(value));
  if (typeof value === 'bigint' && kind === 'numeric') return new DuckDBDecimalValue(value, 38, 9);
  return Array.isArray(value) ? new DuckDBListValue(value.map((one) => toDuck(one, kind))) : value;
}

function fromDuck(value: DuckDBValue, kind: ScalarKind): unknown {
  if (value instanceof DuckDBBlobValue) return kind === 'bignumeric' ? decodeUnits(value.bytes) : value.bytes;
  if (value instanceof DuckDBDecimalValue) return value.value;
  return value instanceof DuckDBListValue ? value.items.map((one) => fromDuck(one, kind)) : value;
}

/** Makes the functions known to every connection of the database, until it is closed. */
export function registerScalars(connection: DuckDBConnection, functions: readonly ScalarFunction[]): void {
  for (const { name, args, result, run, volatile = false } of functions) {
    const scalar = DuckDBScalarFunction.create({
      name,
      parameterTypes: args.map((kind) => TYPES[kind]),
      returnType: TYPES[result],
      volatile,
      mainFunction(info, input, output) {
        try {
          const columns = args.map((_, i) => input.getColumnVector(i));
          for (let row = 0; row < input.rowCount; row++) {
            const values = columns.map((column, i) => fromDuck(column.getItem(row), args[i] as ScalarKind));
            output.setItem(row, values.includes(null) ? null : run(...(values as never[])));
          }
          output.flush();
        } catch (error) {
          // The marks that macros put around messages of their own: see macros/failures.ts.
          info.setError(`bq<${error instanceof Error ? error.message : String(error)}>bq`);
        }
      },
    });
    connection.registerScalarFunction(scalar);
  }
}
