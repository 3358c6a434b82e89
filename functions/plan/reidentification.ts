import { terminal } from '../errors.ts';
import type { Column } from '../model/column.ts';
import type { Ask } from '../model/reidentification.ts';
import type { Release } from '../model/release.ts';
import type { Source } from '../model/source.ts';

/** One request's bounds: looking somebody up is a few rows, and whoever wants a table wants something else. */
export const MAX_TOKENS = 1000;
export const MAX_ROWS = 100;
const MAX_COLUMNS = 10;
/** Shorter than this says nothing to whoever reads it in a year. */
const MIN_REASON = 10;
const MAX_REASON = 500;
const MAX_TICKET = 100;

/** Refuses a request that does not say why, or what. Throws BAD_REQUEST, which names the field and never its value. */
export function checkAsk(ask: Ask): void {
  const { columns, tokens, contexts, run, rows, where, reason = '', ticket = '' } = ask;
  if (reason.trim().length < MIN_REASON)
    refuse(`reason must say why, in ${MIN_REASON} characters or more: it is kept with who asked and what for`);
  if (reason.length > MAX_REASON) refuse(`reason must have at most ${MAX_REASON} characters`);
  if (ticket.length > MAX_TICKET) refuse(`ticket must have at most ${MAX_TICKET} characters`);
  if (repeats([reason, ticket], secretsOf(ask)))
    refuse('the reason, or the ticket, holds what is asked about, and it is kept: name a case, not a person');
  if ([tokens, rows, where].filter((one) => one !== undefined).length !== 1)
    refuse('give exactly one of tokens, rows (of a run) and where');
  if (columns.length === 0 || columns.length > MAX_COLUMNS) refuse(`columns must name 1 to ${MAX_COLUMNS} columns`);
  if (new Set(columns).size < columns.length) refuse('columns must name each column once');
  if (tokens && columns.length !== 1) refuse('tokens are of one column: name just that one in columns');
  if (tokens && (tokens.length === 0 || tokens.length > MAX_TOKENS)) refuse(`tokens must hold 1 to ${MAX_TOKENS}`);
  if (contexts && contexts.length !== tokens?.length) refuse('contexts must be as many as tokens: one for each');
  if (rows && run === undefined) refuse('rows are numbers of records in a file: name its run');
  if (rows && (rows.length === 0 || rows.length > MAX_ROWS)) refuse(`rows must hold 1 to ${MAX_ROWS} numbers`);
  if (where && run !== undefined) refuse('where looks through the whole table: leave run out');
  if (where && Object.keys(where).length === 0) refuse('where must name at least one column');
}

const refuse = (rule: string): never => {
  throw terminal('BAD_REQUEST', rule);
};

/** Throws NOT_FOUND, which names what there is. */
export function declaredSource({ sources }: Release, id: string): Source {
  const source = sources.find((one) => one.id === id);
  if (source) return source;
  throw terminal(
    'NOT_FOUND',
    `there is no such source; there are: ${sources.map((one) => one.id).join(', ') || 'none'}`,
  );
}

export interface PlacedColumn {
  path: string;
  column: Column;
  /** It, or a RECORD around it, holds several values a row. */
  repeated: boolean;
}

/** The column, or the field of a RECORD, at a path of names. Throws NOT_FOUND, which names the columns that there are. */
export function declaredColumn(source: Source, path: string): PlacedColumn {
  const found = findColumn(source, path);
  if (found) return found;
  const known = source.columns.map(({ name }) => name).join(', ');
  throw terminal('NOT_FOUND', `${source.id} has no such column; there are: ${known}`);
}

function findColumn({ columns }: Source, path: string): PlacedColumn | undefined {
  let among: readonly Column[] = columns;
  let placed: PlacedColumn | undefined;
  for (const name of path.split('.')) {
    const column = among.find((one) => one.name === name);
    if (!column) return undefined;
    among = column.fields ?? [];
    placed = { path, column, repeated: placed?.repeated === true || column.mode === 'repeated' };
  }
  return placed;
}

/** What of a request is the declarations' own words, and may be written down whatever becomes of it. */
export function declaredPart({ sources }: Release, ask: Ask): { source?: string; columns: string[]; by?: string[] } {
  const source = sources.find(({ id }) => id === ask.source);
  const declared = (paths: readonly string[]): string[] => paths.filter((path) => source && findColumn(source, path));
  return {
    ...(source && { source: source.id }),
    columns: declared(ask.columns),
    ...(ask.where && { by: declared(Object.keys(ask.where)) }),
  };
}

/** What of a request must be in nothing that is kept. */
export const secretsOf = ({ tokens = [], contexts = [], where = {} }: Ask): string[] => [
  ...tokens,
  ...contexts,
  ...Object.values(where),
];

/** Whether texts that are kept repeat what must not be. A value shorter than this stands in any sentence by chance. */
const SHORTEST_SECRET = 4;
export function repeats(kept: readonly (string | undefined)[], secrets: readonly (string | null)[]): boolean {
  const text = kept.join('\n').toLowerCase();
  return secrets.some(
    (secret) => secret !== null && secret.length >= SHORTEST_SECRET && text.includes(secret.toLowerCase()),
  );
}
