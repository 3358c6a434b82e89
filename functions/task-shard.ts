import { terminal } from './errors.ts';
import type { Body } from './http.ts';
import type { BucketRole } from './model/deployment.ts';
import type { Compression, Scan, Shard } from './model/run.ts';

/** Where the bytes of a shard may lie. */
const INPUTS: readonly BucketRole[] = ['raw', 'staging', 'quarantine'];
const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'zstd'];
const NEWLINES = ['\n', '\r\n'] as const;

/**
 * The only shard of a run travels in its task, where whoever may write tasks could write another. Names of objects and of
 * a file's columns are what somebody else chose, so they are any text: a task that is refused is a file that is not loaded.
 */
export function parseShard(shard: Body, n: number, buckets: Readonly<Record<BucketRole, string>>): Shard {
  const input = required(shard.optional.body('input'), 'input');
  const bucket = INPUTS.map((role) => buckets[role]).find((name) => name === input.raw.bucket);
  const [start, end, firstRecord] = [shard.number('start'), shard.number('end'), shard.number('firstRecord')];
  if (shard.number('n') !== n || end < start || firstRecord < 1)
    throw terminal('BAD_REQUEST', 'shard must be the one that the task names, a range of records from 1');
  const { name } = input.raw;
  const { rowGroups, header } = shard.raw;
  const scan = shard.optional.body('scan');
  return {
    n,
    input: {
      bucket: required(bucket, 'input.bucket'),
      name: required(isString(name) ? name : undefined, 'input.name'),
      generation: input.text('generation'),
    },
    compression: required(
      COMPRESSIONS.find((one) => one === shard.raw.compression),
      'compression',
    ),
    start,
    end,
    ...(rowGroups !== undefined && { rowGroups: required(isPair(rowGroups) ? rowGroups : undefined, 'rowGroups') }),
    firstRecord,
    header: required(
      Array.isArray(header) && header.every((one) => typeof one === 'string') ? header : undefined,
      'header',
    ),
    ...(scan && { scan: parseScan(scan) }),
  };
}

function parseScan(scan: Body): Scan {
  const { newline } = scan.raw;
  const found = NEWLINES.find((one) => one === newline);
  return {
    records: scan.number('records'),
    ...(newline !== undefined && { newline: required(found, 'scan.newline') }),
    blankLines: required(scan.optional.flag('blankLines'), 'scan.blankLines'),
    ...(scan.optional.flag('looseQuotes') && { looseQuotes: true }),
  };
}

const isString = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((one) => Number.isSafeInteger(one) && Number(one) >= 0);

function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw terminal('BAD_REQUEST', `shard.${name} is missing or wrong`);
}
