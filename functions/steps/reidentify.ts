import { type SluiceError, terminal, toSluiceError } from '../errors.ts';
import type { ColumnType } from '../model/column.ts';
import type { Ask, AuditEntry, RowsAnswer, TokensAnswer } from '../model/reidentification.ts';
import type { LedgerEntry } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import {
  checkAsk,
  declaredColumn,
  declaredPart,
  declaredSource,
  type PlacedColumn,
  repeats,
  secretsOf,
} from '../plan/reidentification.ts';
import type { Ports } from '../ports.ts';
import { type Reversal, reversalOf } from '../render/reversal.ts';
import { audit } from './audit.ts';
import { type Opened, openTokens, type Sealed } from './open-tokens.ts';
import { type SelectedRow, selectRows } from './select-rows.ts';

/** What is known of a request so far: its audit entry is made of it whatever becomes of the request. */
type Known = Pick<AuditEntry, 'columns' | 'tokens' | 'values'> & Partial<AuditEntry>;
type Answer = Omit<TokensAnswer, 'audit'> | Omit<RowsAnswer, 'audit'>;

const REFUSALS: readonly SluiceError['code'][] = ['BAD_REQUEST', 'NOT_FOUND', 'CONFLICT'];

/**
 * Turns tokens back into values for an authorised caller, and writes down that it did before any value leaves: an entry
 * without an answer is possible, an answer without an entry is not. What is refused or fails is written down as well.
 * `read` gives the request, or throws BAD_REQUEST.
 */
export async function reidentify(ports: Ports, who: string, read: () => Ask): Promise<TokensAnswer | RowsAnswer> {
  const id = ports.clock.unique();
  const known: Known = { columns: [], tokens: 0, values: 0 };
  const enter = (outcome: AuditEntry['outcome'], code?: string): Promise<void> =>
    audit(ports, { v: 1, id, at: ports.clock.now().toISOString(), who, outcome, ...(code && { code }), ...known });
  let answer: Answer;
  try {
    answer = await open(ports, read(), known);
  } catch (raw) {
    const { code } = toSluiceError(raw);
    await enter(REFUSALS.includes(code) ? 'refused' : 'failed', code);
    throw raw;
  }
  await enter('answered');
  return { audit: id, ...answer };
}

async function open(ports: Ports, ask: Ask, known: Known): Promise<Answer> {
  const { reason, ticket } = ask;
  if (!repeats([reason, ticket], secretsOf(ask))) Object.assign(known, reason && { reason }, ticket && { ticket });
  const current = await ports.releases.current();
  Object.assign(known, declaredPart(current, ask), { tokens: ask.tokens?.length ?? 0 });
  checkAsk(ask);
  const run = await findRun(ports, declaredSource(current, ask.source).id, ask.run);
  if (run) known.run = run.run;
  // As it was when these tokens were made.
  const source = declaredSource(run ? await ports.releases.get(run.release) : current, ask.source);
  const columns = ask.columns.map((path) => placeColumn(source, path));
  known.columns = ask.columns;
  const chosen = ask.tokens
    ? undefined
    : await selectRows(ports, source, neededColumns(source, columns), ask, run?.run);
  if (chosen) known.rows = rowsByRun(chosen);
  const sealed = chosen ? sealRows(columns, chosen) : [sealTokens(columns[0] as Placed, ask)];
  known.tokens = sealed.flatMap(({ texts }) => texts).filter(Boolean).length;
  const opened = await openTokens(ports, sealed);
  const values = opened.flatMap((cells) => cells.flatMap(({ value }) => value || []));
  if (repeats([known.reason, known.ticket], values)) {
    delete known.reason;
    delete known.ticket;
    throw terminal(
      'BAD_REQUEST',
      'the reason, or the ticket, holds one of the values, and it is kept: name a case, not a person',
    );
  }
  known.values = values.length;
  const unverified = columns.filter(({ way }) => !way.authenticated).map(({ path }) => path);
  return chosen
    ? { source: source.id, ...rowsAnswer(columns, chosen, opened, ask.rows), unverified }
    : { source: source.id, ...tokensAnswer(ask.columns[0] ?? '', opened[0] ?? []), unverified };
}

type Placed = PlacedColumn & { way: Reversal };

function placeColumn(source: Source, path: string): Placed {
  const placed = declaredColumn(source, path);
  const way = reversalOf(placed.column);
  if ('none' in way) throw terminal('BAD_REQUEST', `${path} of ${source.id} cannot be turned back: ${way.none}`);
  return { ...placed, way };
}

function sealTokens({ path, way }: Placed, { tokens = [], contexts }: Ask): Sealed {
  if (way.tweak !== undefined && !contexts)
    throw terminal(
      'BAD_REQUEST',
      `the value of ${way.tweak} took part in each token of ${path}: give them as contexts`,
    );
  if (way.tweak === undefined && contexts)
    throw terminal('BAD_REQUEST', `nothing took part in the tokens of ${path}: leave contexts out`);
  return { way, texts: tokens, ...(contexts && { contexts }) };
}

/** Types that files, DLP and the warehouse write alike, so that a tweak read back is the tweak that was used. */
const WRITTEN_ALIKE: readonly ColumnType[] = ['STRING', 'INT64', 'BOOL', 'DATE'];

/** What is read of each row: what is asked for, and what took part in it. */
function neededColumns(source: Source, columns: readonly Placed[]): PlacedColumn[] {
  const ambiguous = columns.find(({ way }) => way.ambiguous);
  if (ambiguous)
    throw terminal(
      'BAD_REQUEST',
      `the rows that \`when\` leaves out hold ${ambiguous.path} itself, and nothing tells it from a token: give tokens`,
    );
  const tweaks = new Set(columns.flatMap(({ way }) => way.tweak ?? []));
  const tweakColumns = [...tweaks].map((path) => {
    const tweak = declaredColumn(source, path);
    if (tweak.column.privacy.kind === 'public' && WRITTEN_ALIKE.includes(tweak.column.type)) return tweak;
    throw terminal(
      'BAD_REQUEST',
      `the value of ${path} took part in the tokens, and the warehouse does not have it as it was: give tokens and contexts`,
    );
  });
  return [...columns, ...tweakColumns];
}

function sealRows(columns: readonly Placed[], rows: readonly SelectedRow[]): Sealed[] {
  return columns.map(({ path, way }) => ({
    way,
    texts: rows.map(({ texts }) => texts[path] ?? null),
    ...(way.tweak !== undefined && { contexts: rows.map(({ texts }) => texts[way.tweak ?? ''] ?? '') }),
  }));
}

/** A run of this source, by its id or by as much of it as tells it from all others of the source. */
async function findRun(ports: Ports, source: string, id: string | undefined): Promise<LedgerEntry | undefined> {
  if (id === undefined) return undefined;
  const found: LedgerEntry[] = [];
  for await (const entry of ports.ledger.runs(source)) if (entry.run.startsWith(id)) found.push(entry);
  const [only] = found;
  if (!only) throw terminal('NOT_FOUND', `${source} has no such run: \`sluice runs\` lists them`);
  if (found.length > 1) throw terminal('BAD_REQUEST', `${found.length} runs begin like this one: give more of the id`);
  return only;
}

const rowsByRun = (rows: readonly SelectedRow[]): Record<string, number[]> =>
  Object.fromEntries(
    Map.groupBy(rows, ({ run }) => run)
      .entries()
      .map(([run, of]) => [run, of.map(({ row }) => row)]),
  );

type Told<Answer> = Omit<Answer, 'audit' | 'source' | 'unverified'>;

function tokensAnswer(column: string, cells: readonly Opened[]): Told<TokensAnswer> {
  return {
    column,
    values: cells.map(({ value }) => value),
    unopened: cells.flatMap(({ why }, index) => (why ? [{ index, why }] : [])),
  };
}

function rowsAnswer(
  columns: readonly PlacedColumn[],
  rows: readonly SelectedRow[],
  opened: readonly (readonly Opened[])[],
  asked: readonly number[] = [],
): Told<RowsAnswer> {
  const there = new Set(rows.map(({ row }) => row));
  return {
    rows: rows.map(({ run, row }, at) => ({
      run,
      row,
      values: Object.fromEntries(columns.map(({ path }, c) => [path, opened[c]?.[at]?.value ?? null])),
    })),
    unopened: rows.flatMap(({ run, row }, at) =>
      columns.flatMap(({ path }, c) => {
        const why = opened[c]?.[at]?.why;
        return why ? [{ run, row, column: path, why }] : [];
      }),
    ),
    missing: asked.filter((row) => !there.has(row)),
  };
}
