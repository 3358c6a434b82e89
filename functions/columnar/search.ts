import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip, createZstdCompress } from 'node:zlib';
import { SluiceError, terminal } from '../errors.ts';
import type { Compression, Shard } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { FileInHand, PersonValues, RawPerson, Search } from '../ports.ts';
import { withHead } from './byte-stream.ts';
import { createCsvScanner } from './csv-scanner.ts';
import { decompress } from './decompress.ts';
import { type Engine, openEngine } from './duckdb.ts';
import { createTextFinder } from './find-text.ts';
import type { Ingested } from './ingested.ts';
import { createNdjsonScanner } from './ndjson-scanner.ts';
import { personSource } from './person-source.ts';
import { parquetColumns } from './read-parquet.ts';
import type { Scratch } from './scratch.ts';
import { bringParquet, findShardRows, parquetWithout } from './search-parquet.ts';
import { ingestShard, type ShardOptions } from './shard.ts';
import { shardBytes } from './shard-bytes.ts';
import { SNIFF_BYTES, sniff } from './sniff.ts';
import { surveyText } from './survey.ts';
import { withoutRecords } from './without-records.ts';

/** A search has an engine and a folder of its own, until it is closed. */
async function open(
  scratch: Scratch,
  options: ShardOptions,
  work: (engine: Engine, dir: string) => Promise<Omit<Search, 'close'>>,
): Promise<Search> {
  const dir = await scratch.open();
  let engine: Engine | undefined;
  const close = async (): Promise<void> => {
    engine?.close();
    await scratch.close(dir);
  };
  try {
    engine = await openEngine({ scratch: join(dir, 'spill'), ...options });
    return { ...(await work(engine, dir)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const NOTHING = { found: 0, without: () => Promise.reject(terminal('UNEXPECTED', 'there is nothing to take out')) };

export const searchShard = (
  file: FileInHand,
  values: PersonValues,
  scratch: Scratch,
  options: ShardOptions,
): Promise<Search> =>
  open(scratch, options, async (engine, dir) => {
    const path = join(dir, 'input');
    await bringParquet(path, file);
    const rows = await findShardRows(engine, path, values);
    if (typeof rows === 'string') return { ...NOTHING, unreadable: rows };
    return { found: rows.length, without: () => parquetWithout(engine, path, join(dir, 'output'), rows) };
  });

export const searchFile = (
  file: FileInHand,
  source: Source,
  person: RawPerson,
  maxPlainBytes: number,
  scratch: Scratch,
  options: ShardOptions,
): Promise<Search> =>
  open(scratch, options, async (engine, dir) => {
    const reduced = personSource(source, Object.keys(person.values));
    const search = source.format.type === 'parquet' ? searchParquet : searchText;
    try {
      if (file.size === 0) return NOTHING;
      return await search({ engine, dir, file, source: reduced, person, maxPlainBytes });
    } catch (error) {
      if (!(error instanceof SluiceError) || error.retryable || error.code === 'UNEXPECTED') throw error;
      return unreadable(file, person, `${error.code}: ${error.message}`);
    }
  });

interface Work {
  engine: Engine;
  dir: string;
  file: FileInHand;
  source: Source;
  person: RawPerson;
  maxPlainBytes: number;
}

async function searchParquet({ engine, dir, file, source, person }: Work): Promise<Omit<Search, 'close'>> {
  const path = join(dir, 'input');
  await bringParquet(path, file);
  const types = await parquetColumns(engine, path);
  const missing = source.columns.filter(({ from }) => !types.has(from));
  if (missing.length > 0)
    return unreadable(file, person, `it has no column ${missing.map(({ from }) => from).join(', ')}`);
  const shard = shardOf({ start: 0, end: file.size });
  const ingested = await ingestShard(engine, join(dir, 'copy'), shard, source, file.read);
  const rows = await findRows(engine, ingested, person);
  return { found: rows.length, without: () => parquetWithout(engine, path, join(dir, 'output'), rows) };
}

async function searchText({ engine, dir, file, source, person, maxPlainBytes }: Work): Promise<Omit<Search, 'close'>> {
  const limits = { shardBytes: Number.MAX_SAFE_INTEGER, maxPlainBytes, maxRatio: Number.POSITIVE_INFINITY };
  const survey = await surveyText(file.read, file.size, source, limits);
  const [reason] = survey.reasons;
  if (reason?.code === 'EMPTY_FILE') return NOTHING;
  if (reason) return unreadable(file, person, `${reason.code}: ${reason.message}`);
  const [cut] = survey.cuts;
  if (!cut) return NOTHING;
  const { compression, header } = survey;
  const shard = { ...shardOf(cut), compression, header };
  const ingested = await ingestShard(engine, join(dir, 'input'), shard, source, file.read);
  const [counted] = await engine.rows('SELECT count(*) AS n FROM rows');
  if (Number(counted?.n) + ingested.broken.length !== ingested.scan.records)
    return unreadable(file, person, 'its records cannot be told apart: is its quoting what the declaration says?');

  const out = new Set(await findRows(engine, ingested, person));
  const broken = await brokenRecords(engine, ingested, source);
  const isOut = (index: number, bytes: Buffer): boolean =>
    out.has(index) || (broken.has(index) && holds(bytes, person.texts));
  // What cannot be taken apart was never loaded, and is as much in the file as the rest.
  let found = out.size;
  if (broken.size > 0) {
    found = 0;
    const counting = (index: number, bytes: Buffer): boolean => {
      const is = isOut(index, bytes);
      if (is) found++;
      return is;
    };
    for await (const _ of withoutRecords(shardBytes(shard, file.read), scanOf(source, header), counting));
  }
  return {
    found,
    without: async () => ({
      read: () =>
        pack(
          Readable.from(
            (async function* (): AsyncGenerator<Buffer> {
              if (cut.start > 0) yield* shardBytes({ ...shard, start: 0, end: cut.start }, file.read);
              yield* withoutRecords(shardBytes(shard, file.read), scanOf(source, header), isOut);
            })(),
            { objectMode: false },
          ),
          compression,
        ),
    }),
  };
}

const shardOf = ({ start, end }: { start: number; end: number }): Shard => ({
  n: 0,
  input: { bucket: '', name: '', generation: '' },
  compression: 'none',
  start,
  end,
  firstRecord: 1,
  header: [],
});

const scanOf =
  ({ format }: Source, header: readonly string[]) =>
  (onRecord: (end: number, start: number) => void) =>
    format.type === 'csv'
      ? createCsvScanner({ format, blankIsRecord: header.length === 1, cutBytes: Number.POSITIVE_INFINITY, onRecord })
      : createNdjsonScanner({ cutBytes: Number.POSITIVE_INFINITY, onRecord });

function pack(plain: Readable, compression: Compression): Readable {
  if (compression === 'none') return plain;
  const packed = plain.pipe(compression === 'gzip' ? createGzip() : createZstdCompress());
  plain.on('error', (error) => packed.destroy(error));
  return packed;
}

/** Places, from 0, of the records whose columns have the person's values. */
async function findRows(engine: Engine, { ingest, index }: Ingested, { values }: RawPerson): Promise<number[]> {
  const columns = ingest.stored.filter(({ column }) => Object.hasOwn(values, column.name));
  await engine.run(`CREATE TABLE wanted (${columns.map((_, n) => `c${n} VARCHAR`).join(', ')})`);
  await engine.insert(
    `INSERT INTO wanted VALUES (${columns.map(() => '?').join(', ')})`,
    columns.map(({ column }) => values[column.name] ?? ''),
  );
  const same = columns.map(({ at }, n) => `rows.${at} = wanted.c${n}`).join(' AND ');
  const rows = await engine.rows(`SELECT ${index} AS n FROM rows, wanted WHERE ${same} ORDER BY 1`);
  return rows.map(({ n }) => Number(n));
}

/** Records without values: the CSV reader's rejects, and lines that are no object or name a key twice. */
async function brokenRecords(engine: Engine, { broken, index }: Ingested, source: Source): Promise<Set<number>> {
  const found = new Set(broken.map((record) => record.index));
  if (source.format.type !== 'ndjson') return found;
  // The checks of a record's shape are the first two bits.
  for (const { n } of await engine.rows(`SELECT ${index} AS n FROM rows WHERE bad0 % 4 > 0`)) found.add(Number(n));
  return found;
}

function holds(bytes: Buffer, texts: readonly string[]): boolean {
  const finder = createTextFinder(texts);
  finder.push(bytes);
  return finder.found();
}

/**
 * A file that is not what its declaration says: its bytes are all there is to look at. Only in plain text is a value that
 * is not seen not there; what else it may be, packed or encoded, is not known.
 */
async function unreadable(
  { read, size }: FileInHand,
  { texts }: RawPerson,
  why: string,
): Promise<Omit<Search, 'close'>> {
  const finder = createTextFinder(texts);
  const plain = createPlainTextCheck();
  const opened = await withHead(await read(0, size), SNIFF_BYTES);
  const content = sniff(opened.head);
  const raw = Readable.from(opened.chunks, { objectMode: false });
  const isPacked = content === 'gzip' || content === 'zstd';
  try {
    for await (const chunk of isPacked ? decompress(raw, content) : raw) {
      finder.push(chunk as Buffer);
      plain.push(chunk as Buffer);
    }
  } catch (error) {
    if (!(error instanceof SluiceError) || error.retryable) throw error;
    return { ...NOTHING, found: 1, unreadable: `${why}; its bytes cannot be unpacked either` };
  }
  if (finder.found()) return { ...NOTHING, found: 1, unreadable: why };
  if (content === 'zip' || content === 'parquet' || !plain.holds())
    return { ...NOTHING, found: 1, unreadable: `${why}; whether it holds the person cannot be seen from outside` };
  return { ...NOTHING, unreadable: why };
}

/** Whether bytes are UTF-8 without NULs, whatever the chunks they come in. */
function createPlainTextCheck(): { push(chunk: Buffer): void; holds(): boolean } {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isPlain = true;
  const check = (chunk?: Buffer): void => {
    if (!isPlain) return;
    try {
      isPlain = !decoder.decode(chunk, { stream: chunk !== undefined }).includes('\0');
    } catch {
      isPlain = false;
    }
  };
  return {
    push: check,
    holds() {
      check();
      return isPlain;
    },
  };
}
