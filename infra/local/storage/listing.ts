import type { Catalog } from './catalog.ts';
import { invalidParameter, unsupported } from './errors.ts';
import { afterPrefix } from './names.ts';
import type { ObjectRecord } from './records.ts';

export interface ListQuery {
  prefix: string;
  delimiter: string | undefined;
  includeTrailingDelimiter: boolean;
  versions: boolean;
  /** First name that may appear, and first that may not. */
  startOffset: string;
  endOffset: string | undefined;
  maxResults: number;
  /** Where an earlier page stopped. */
  from: Position | undefined;
}

/** The first place that a page may start at. */
interface Position {
  name: string;
  generation: number;
}

export interface Page {
  items: ObjectRecord[];
  prefixes: string[];
  nextPageToken: string | undefined;
}

const MAX_RESULTS = 1000;

export function parseListQuery(query: URLSearchParams): ListQuery {
  for (const parameter of ['matchGlob', 'filter'])
    if (query.get(parameter)) throw unsupported(`${parameter} when listing objects; use prefix and delimiter`);
  if (query.get('softDeleted') === 'true') throw unsupported('softDeleted when listing objects');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') || undefined,
    includeTrailingDelimiter: query.get('includeTrailingDelimiter') === 'true',
    versions: query.get('versions') === 'true',
    startOffset: query.get('startOffset') ?? '',
    endOffset: query.get('endOffset') || undefined,
    maxResults: parseMaxResults(query),
    from: parsePageToken(query),
  };
}

export function parseMaxResults(query: URLSearchParams): number {
  const text = query.get('maxResults');
  if (text === null) return MAX_RESULTS;
  if (!/^\d{1,10}$/.test(text)) throw invalidParameter('maxResults', `Invalid unsigned integer value: '${text}'.`);
  // Zero means the default, more than the most means the most.
  return Math.min(Number(text) || MAX_RESULTS, MAX_RESULTS);
}

function renderPageToken({ name, generation }: Position): string {
  return Buffer.from(JSON.stringify([name, generation])).toString('base64url');
}

function parsePageToken(query: URLSearchParams): Position | undefined {
  const token = query.get('pageToken');
  if (!token) return undefined;
  try {
    const [name, generation]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof name === 'string' && typeof generation === 'number') return { name, generation };
  } catch {
    // Falls through to the refusal.
  }
  throw invalidParameter('pageToken', `Invalid page token: '${token}'.`);
}

/** Rows read at a time; a page over "folders" reads few of each and leaps on. */
const SCAN_ROWS = 256;

/** One page in order of UTF-8 bytes; items and prefixes together count towards `maxResults`. */
export function listObjects(catalog: Catalog, bucket: string, query: ListQuery): Page {
  const items: ObjectRecord[] = [];
  const prefixes: string[] = [];
  const start = compare(query.startOffset, query.prefix) > 0 ? query.startOffset : query.prefix;
  let next: Position | undefined = query.from ?? { name: start, generation: 0 };

  while (next) {
    const room = query.maxResults - items.length - prefixes.length;
    const wanted = Math.min(Math.max(room, 0) + 1, SCAN_ROWS);
    const rows: ObjectRecord[] = query.versions
      ? catalog.scanVersions(bucket, next.name, next.generation, wanted)
      : catalog.scanLive(bucket, next.name, wanted);
    let leapt = false;
    for (const row of rows) {
      if (!row.name.startsWith(query.prefix)) return { items, prefixes, nextPageToken: undefined };
      if (query.endOffset !== undefined && compare(row.name, query.endOffset) >= 0)
        return { items, prefixes, nextPageToken: undefined };
      const folder = folderOf(row.name, query);
      const inside = folder !== undefined && !(query.includeTrailingDelimiter && row.name === folder);
      const known = folder !== undefined && prefixes.at(-1) === folder;
      if (!(inside && known)) {
        if (items.length + prefixes.length >= query.maxResults)
          return { items, prefixes, nextPageToken: renderPageToken(next) };
        if (!inside) items.push(row);
        if (folder !== undefined && !known) prefixes.push(folder);
      }
      next = inside ? leapOver(folder) : positionAfter(row, query);
      leapt = inside;
      if (inside || !next) break;
    }
    if (!leapt && rows.length < wanted) break;
  }
  return { items, prefixes, nextPageToken: undefined };
}

function folderOf(name: string, { prefix, delimiter }: ListQuery): string | undefined {
  const index = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
  return delimiter === undefined || index < 0 ? undefined : name.slice(0, index + delimiter.length);
}

function leapOver(folder: string): Position | undefined {
  const name = afterPrefix(folder);
  return name === undefined ? undefined : { name, generation: 0 };
}

function positionAfter({ name, generation }: ObjectRecord, { versions }: ListQuery): Position {
  return versions ? { name, generation: generation + 1 } : { name: `${name}\0`, generation: 0 };
}

/** By UTF-8 bytes; JavaScript's own order is that of UTF-16 units, which differs above U+FFFF. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
