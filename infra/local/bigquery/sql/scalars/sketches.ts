import { fingerprint2011 } from './fingerprint-2011.ts';
import { lazyMessages } from './messages.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

/**
 * HyperLogLog++ as BigQuery has it, whose sketches ZetaSketch documents: https://github.com/google/zetasketch and
 * https://research.google/pubs/pub40671. A sketch holds few values one by one (sparse), and many as the greatest run of
 * zeros of each of 2^precision registers (normal).
 */
interface Sketch {
  /** How many values it was given, repeated ones too. */
  count: number;
  valueType: number;
  precision: number;
  sparsePrecision: number;
  registers?: Uint8Array;
  /** Sorted, one of each index. */
  sparse: number[];
}

const HLL = 112;
const VERSION = 2;
const SPARSE_BITS = 5;
const MOST_SPARSE_BITS = 25;
const SCHEMA = {
  nested: {
    Sketch: {
      fields: {
        type: { type: 'uint32', id: 1 },
        count: { type: 'uint64', id: 2 },
        version: { type: 'uint32', id: 3 },
        valueType: { type: 'uint32', id: 4 },
        state: { type: 'State', id: HLL },
      },
    },
    State: {
      fields: {
        sparseSize: { type: 'uint32', id: 2 },
        precision: { type: 'uint32', id: 3 },
        sparsePrecision: { type: 'uint32', id: 4 },
        registers: { type: 'bytes', id: 5 },
        sparse: { type: 'bytes', id: 6 },
      },
    },
  },
};
interface Message {
  type: number;
  count: number;
  version: number;
  valueType: number;
  state: {
    sparseSize?: number;
    precision: number;
    sparsePrecision: number;
    registers?: Uint8Array;
    sparse?: Uint8Array;
  };
}

const typeOf = lazyMessages<'Sketch'>(SCHEMA);

function serialize(sketch: Sketch): Uint8Array {
  const { count, valueType, precision, sparsePrecision, registers, sparse } = sketch;
  const state: Message['state'] = registers
    ? { precision, sparsePrecision, registers }
    : { ...(sparse.length > 0 && { sparseSize: sparse.length }), precision, sparsePrecision, sparse: varints(sparse) };
  return typeOf('Sketch').encode({ type: HLL, count, version: VERSION, valueType, state }).finish();
}

function parse(bytes: Uint8Array, fn: string): Sketch {
  try {
    const type = typeOf('Sketch');
    const message = type.toObject(type.decode(bytes), { longs: Number, defaults: true }) as Message;
    const { precision, sparsePrecision, registers, sparse } = message.state;
    const isKnown = message.type === HLL && message.version === VERSION && message.valueType > 0;
    const isPrecise = precision >= 4 && precision <= 24 && sparsePrecision >= precision;
    if (!isKnown || !isPrecise || sparsePrecision > MOST_SPARSE_BITS) throw new Error('not a sketch');
    const sketch = { count: message.count, valueType: message.valueType, precision, sparsePrecision };
    if (!registers?.length)
      return { ...sketch, sparse: checkedSparse(readVarints(sparse ?? new Uint8Array()), sketch) };
    if (registers.length !== 2 ** precision || registers.some((run) => run > 65 - precision))
      throw new Error('no registers');
    return { ...sketch, registers, sparse: [] };
  } catch {
    throw new Error(`Invalid or incompatible sketch in ${fn}`);
  }
}

function checkedSparse(values: number[], coding: Coding): number[] {
  if (values.some((value) => value >= 2 * flagOf(coding))) throw new Error('no sparse values');
  return values;
}

/** The differences from each value to the next, in groups of seven bits. */
function varints(sorted: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const value of sorted) {
    let rest = value - before;
    before = value;
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

function readVarints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let difference = 0;
  let shift = 0;
  for (const byte of bytes) {
    difference += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) {
      value += difference;
      values.push(value);
      difference = 0;
      shift = 0;
    }
  }
  if (shift > 0) throw new Error('cut off');
  return values;
}

type Coding = Pick<Sketch, 'precision' | 'sparsePrecision'>;

/** A sparse value is an index; where that tells nothing of the run of zeros behind the precision, both, under a flag. */
const RUN_BITS = 6;
const flagOf = ({ precision, sparsePrecision }: Coding) => 1 << Math.max(sparsePrecision, precision + RUN_BITS);

function sparseValue(index: number, run: number, coding: Coding): number {
  const shift = coding.sparsePrecision - coding.precision;
  if ((index & ((1 << shift) - 1)) !== 0) return index;
  return flagOf(coding) | ((index >> shift) << RUN_BITS) | run;
}

/** The index of a sparse value at its sparse precision, and its run where it has one. */
function ofSparse(value: number, coding: Coding): { index: number; run: number } {
  const flag = flagOf(coding);
  if ((value & flag) === 0) return { index: value, run: 0 };
  return {
    index: ((value ^ flag) >> RUN_BITS) << (coding.sparsePrecision - coding.precision),
    run: value & ((1 << RUN_BITS) - 1),
  };
}

/** The run of zeros, and the one behind it, of an index at a lower precision: in what the index loses, or beyond it. */
function shorterRun(index: number, run: number, lost: number): number {
  const suffix = lost === 0 ? 0 : index & ((1 << lost) - 1);
  return suffix === 0 ? run + lost : Math.clz32(suffix) - (32 - lost) + 1;
}

function hashed(hash: bigint, coding: Coding): number {
  const unsigned = BigInt.asUintN(64, hash);
  const high = Number(unsigned >> 32n);
  const low = Number(unsigned & 0xffffffffn);
  const bits = coding.sparsePrecision;
  const rest = (high << bits) >>> 0;
  const run = rest !== 0 ? Math.clz32(rest) + 1 : 32 - bits + Math.clz32(low) + 1;
  return sparseValue(high >>> (32 - bits), run, coding);
}

/** One of each index, with its longest run: runs are encoded so that they sort last. */
function deduplicated(values: Iterable<number>, coding: Coding): number[] {
  const flag = flagOf(coding);
  const sorted = Int32Array.from(new Set(values)).sort();
  return Array.from(sorted).filter(
    (value, i) => (value & flag) === 0 || (sorted[i + 1] ?? 0) >> RUN_BITS !== value >> RUN_BITS,
  );
}

/** Sparse until it takes three quarters of the registers' bytes. */
function compact(sketch: Sketch): Sketch {
  if (varints(sketch.sparse).length < Math.floor(0.75 * 2 ** sketch.precision)) return sketch;
  const registers = new Uint8Array(2 ** sketch.precision);
  fill(registers, sketch.precision, sketch);
  return { ...sketch, registers, sparse: [] };
}

/** Puts what a sketch has seen into registers of its own or a lower precision. */
function fill(registers: Uint8Array, precision: number, from: Sketch): void {
  const put = (index: number, run: number, bits: number) => {
    const register = index >> (bits - precision);
    registers[register] = Math.max(registers[register] as number, shorterRun(index, run, bits - precision));
  };
  for (const value of from.sparse) {
    const { index, run } = ofSparse(value, from);
    put(index, run, from.sparsePrecision);
  }
  from.registers?.forEach((run, index) => {
    if (run > 0) put(index, run, from.precision);
  });
}

const init = (hashes: (bigint | null)[], precision: bigint, valueType: bigint): Uint8Array => {
  const coding = { precision: Number(precision), sparsePrecision: Number(precision) + SPARSE_BITS };
  const values = hashes.map((hash) => hashed(hash as bigint, coding));
  const sparse = deduplicated(values, coding);
  return serialize(compact({ count: hashes.length, valueType: Number(valueType), ...coding, sparse }));
};

/** The lowest precision is the result's; values of another type were seen under another fingerprint. */
function merge(given: (Uint8Array | null)[], fn: string): Uint8Array {
  const sketches = given.map((bytes) => parse(bytes as Uint8Array, fn));
  const first = sketches[0] as Sketch;
  const coding = {
    precision: Math.min(...sketches.map((one) => one.precision)),
    sparsePrecision: Math.min(...sketches.map((one) => one.sparsePrecision)),
  };
  const isOwn = (one: Sketch) =>
    one.valueType === first.valueType &&
    one.sparsePrecision - one.precision === first.sparsePrecision - first.precision;
  if (!sketches.every(isOwn)) throw new Error(`Invalid or incompatible sketch in ${fn}`);
  const count = sketches.reduce((sum, one) => sum + one.count, 0);
  const merged = { count, valueType: first.valueType, ...coding };
  if (sketches.some((one) => one.registers)) {
    const registers = new Uint8Array(2 ** coding.precision);
    for (const one of sketches) fill(registers, coding.precision, one);
    return serialize({ ...merged, registers, sparse: [] });
  }
  const values = sketches.flatMap((one) => one.sparse.map((value) => lowered(value, one, coding)));
  return serialize(compact({ ...merged, sparse: deduplicated(values, coding) }));
}

function lowered(value: number, from: Coding, to: Coding): number {
  const { index, run } = ofSparse(value, from);
  const lost = from.sparsePrecision - to.sparsePrecision;
  return lost === 0 ? value : sparseValue(index >> lost, shorterRun(index, run, lost), to);
}

/** Up to which count the empty registers tell it better than the runs, by precision from 10 on; later, five halves of all. */
const LINEAR = [900, 1800, 3100, 6500, 11_500, 20_000, 50_000, 120_000, 350_000];

function estimate(sketch: Sketch): bigint {
  const { precision, registers } = sketch;
  if (!registers) {
    const buckets = 2 ** sketch.sparsePrecision;
    return BigInt(Math.round(buckets * Math.log(buckets / (buckets - sketch.sparse.length))));
  }
  const size = 2 ** precision;
  let empty = 0;
  let sum = 0;
  for (const run of registers) {
    if (run === 0) empty++;
    sum += 2 ** -run;
  }
  const linear = empty > 0 ? size * Math.log(size / empty) : Number.POSITIVE_INFINITY;
  if (linear <= (LINEAR[precision - 10] ?? (size * 5) / 2)) return BigInt(Math.round(linear));
  const raw = ((0.7213 / (1 + 1.079 / size)) * size * size) / sum;
  if (precision < 10 || (precision <= 18 && raw < 6 * size)) throw new Error(BIASED);
  return BigInt(Math.round(raw));
}

/** BigQuery takes the error that it has measured from such an estimate, by tables that are not here. */
const BIASED =
  'not supported by the embedded warehouse: HLL_COUNT estimates that BigQuery corrects by tables of their bias (precisions up to 18, for about 0.6 to 6 times 2^precision values); precisions 19 and 20 need none';

export const SKETCH_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_hll_hash', ['bytes'], 'integer', (bytes) => BigInt.asIntN(64, fingerprint2011(bytes))),
  defineScalar('bq_hll_hash_integer', ['integer'], 'integer', (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return BigInt.asIntN(64, fingerprint2011(bytes));
  }),
  defineScalar('bq_hll_init', ['integers', 'integer', 'integer'], 'bytes', init),
  defineScalar('bq_hll_merge', ['blobs', 'text'], 'bytes', merge),
  defineScalar('bq_hll_estimate', ['bytes', 'text'], 'integer', (bytes, fn) => estimate(parse(bytes, fn))),
];
