import type { Column } from '../model/column.ts';
import type { RejectReason } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { contextColumn } from '../model/transformation.ts';
import { isWideNumeric } from './cast.ts';
import { lookupIn, type Node, namesIn, takeNested } from './nested-ingest.ts';
import type { NestedValue } from './nested-value.ts';
import { renderOutside } from './outside-sql.ts';
import { isAnswered, renderConstant, renderContext, renderWhen } from './protect.ts';
import { type Cell, type ReadColumn, readColumn } from './read-column.ts';

/** How columns are found in the raw relation. */
export interface Reader {
  /** Of a column that holds one value. */
  cellOf(column: Column): Cell;
  /** Of one that holds others; absent where the format has none. */
  nestedOf?(column: Column): NestedValue;
}

/** A column of the `rows` table that ingest fills. */
export interface Stored {
  column: Column;
  /** Its name there. */
  at: string;
  /**
   * `typed`: ready to be written. `numeric`: NUMERIC as text, its width is chosen when it is written.
   * `values`: raw text that must be replaced by what DLP answers. `nested`: such text is somewhere in it, as `node` says.
   */
  kind: 'typed' | 'numeric' | 'values' | 'nested';
  node?: Node;
  /** Name of the flag column that says which rows are transformed; absent = all, or the column is public. */
  when?: string;
  /** Expression over `rows`: the context of each value (date shifts, tweaks). */
  context?: string;
}

export interface Check {
  /** Name in the file; `*` = the record as a whole. */
  column: string;
  reason: RejectReason;
  /** Boolean expression; true = the row is a reject. */
  fails: string;
}

export interface Ingest {
  /** Select list over the raw relation. */
  select: string[];
  stored: Stored[];
  checks: Check[];
  /** Number of mask columns `bad0`, `bad1`, …: bit i of mask m is check m * CHECKS_A_MASK + i. */
  masks: number;
}

/** Checks a mask holds: its bits are written as JavaScript numbers, which are exact to 2^53. */
export const CHECKS_A_MASK = 50;

/**
 * One pass from raw text to checked values: constants at once, everything else typed or, where DLP is to see it, as text.
 * `shape` holds the checks of a record as a whole; of several that fail, the first names the reject.
 */
export function renderIngest(source: Source, reader: Reader, shape: readonly Check[] = []): Ingest {
  const select: string[] = [];
  const stored: Stored[] = [];
  const checks: Check[] = [...shape];
  const read = new Map<string, ReadColumn>();
  for (const column of source.columns) {
    const nested = nestedValue(reader, column);
    if (nested) for (const [path, one] of namesIn(column, column.name, nested)) read.set(path, one);
    else read.set(column.name, readColumn(column, reader.cellOf(column)));
  }
  const named = lookupIn(read);
  const keys = source.load.mode === 'merge' ? source.load.key : [];
  const needed = ({ mode, name }: Column): boolean => mode === 'required' || keys.includes(name);

  source.columns.forEach((column, index) => {
    if (column.privacy.kind === 'drop') return;
    const at = `v${index}`;
    const nested = nestedValue(reader, column);
    if (nested) {
      const taken = takeNested(column, at, nested, read);
      checks.push({ column: column.from, reason: 'WRONG_TYPE', fails: taken.bad });
      if (needed(column)) checks.push({ column: column.from, reason: 'REQUIRED', fails: nested.isNull });
      checks.push(...taken.checks.map(({ path, reason, fails }) => ({ column: path, reason, fails })));
      select.push(`${taken.value} AS ${at}`);
      if (taken.node.kind === 'typed') stored.push({ column, at, kind: 'typed', ...beside(column, index) });
      else stored.push({ column, at, kind: 'nested', node: taken.node, ...beside(column, index) });
      return;
    }
    const one = named(column.name);
    const { raw, text, typed, canonical } = one;
    if (typed.bad) checks.push({ column: column.from, reason: 'WRONG_TYPE', fails: typed.bad });
    if (needed(column)) checks.push({ column: column.from, reason: 'REQUIRED', fails: `${raw} IS NULL` });

    if (column.privacy.kind === 'public') {
      const wide = isWideNumeric(column);
      select.push(`${wide ? `CASE WHEN ${typed.bad} THEN NULL ELSE trim(${text}) END` : typed.value} AS ${at}`);
      stored.push({ column, at, kind: wide ? 'numeric' : 'typed' });
      return;
    }
    const { transform } = column.privacy;
    const flag = renderWhen(column, named);
    if (!isAnswered(column)) {
      select.push(`${renderConstant(one, flag)} AS ${at}`);
      stored.push({ column, at, kind: 'typed', ...beside(column, index) });
      return;
    }
    select.push(`${canonical} AS ${at}`);
    const outside = renderOutside(column, transform, canonical, typed.value);
    if (outside) {
      const { reason, fails } = outside;
      checks.push({ column: column.from, reason, fails: flag ? `(${fails}) AND ${flag}` : fails });
    }
    stored.push({ column, at, kind: 'values', ...beside(column, index) });
  });

  /** What decides, beside a value, what it becomes: columns of `rows` of their own. */
  function beside(column: Column, index: number): Pick<Stored, 'when' | 'context'> {
    const when = renderWhen(column, named);
    if (when) select.push(`${when} AS w${index}`);
    return { ...(when && { when: `w${index}` }), ...contextBeside(column, index) };
  }

  function contextBeside(column: Column, index: number): Pick<Stored, 'context'> {
    const context = renderContext(column, named);
    if (context === undefined || column.privacy.kind !== 'transform') return {};
    const name = contextColumn(column.privacy.transform);
    const by = source.columns.findIndex((one) => one.name === name);
    const other = source.columns[by];
    // One that is protected itself is there already, in the same form.
    if (other && other.mode !== 'repeated' && isAnswered(other)) return { context: `coalesce(rows.v${by}, '')` };
    select.push(`${context} AS x${index}`);
    return { context: `rows.x${index}` };
  }

  const masks = Math.ceil(checks.length / CHECKS_A_MASK);
  for (let mask = 0; mask < masks; mask++) {
    const bits = checks
      .slice(mask * CHECKS_A_MASK, (mask + 1) * CHECKS_A_MASK)
      .map((check, bit) => `CASE WHEN ${check.fails} THEN ${2 ** bit} ELSE 0 END`);
    select.push(`(${bits.join(' + ')})::BIGINT AS bad${mask}`);
  }
  return { select, stored, checks, masks };
}

/** True for the rows that passed every check. */
export const goodRows = (masks: number): string =>
  masks === 0 ? 'true' : Array.from({ length: masks }, (_, mask) => `bad${mask} = 0`).join(' AND ');

const nestedValue = (reader: Reader, column: Column): NestedValue | undefined =>
  column.type === 'RECORD' || column.mode === 'repeated' ? reader.nestedOf?.(column) : undefined;
