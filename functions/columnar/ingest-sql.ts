import type { Column, Condition, Normalization, Test } from '../model/column.ts';
import type { RejectReason } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { isWideNumeric, type Typed } from './cast.ts';
import { literal } from './sql-text.ts';

/** How one declared column is found in the raw relation. */
export interface Cell {
  /** Expression of its text. */
  text: string;
  /** Its typed value, before normalization. */
  typed: Typed;
  /** The same of any text expression, for normalized text; absent where the file has types of its own. */
  cast?: (text: string) => Typed;
}

/** A column of the `rows` table that ingest fills. */
export interface Stored {
  column: Column;
  /** Its name there. */
  at: string;
  /**
   * `typed`: ready to be written. `numeric`: NUMERIC as text, its width is chosen when it is written.
   * `values`: raw text that must be replaced by what DLP answers.
   */
  kind: 'typed' | 'numeric' | 'values';
  /** Name of the flag column that says which rows are transformed; absent = all. */
  when?: string;
  /** Name of the column that holds the context of each value (date shifts). */
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
export function renderIngest(source: Source, cellOf: (column: Column) => Cell, shape: readonly Check[] = []): Ingest {
  const select: string[] = [];
  const stored: Stored[] = [];
  const checks: Check[] = [...shape];
  const kept = source.columns.filter((column) => column.privacy.kind !== 'drop');
  const cells = new Map(source.columns.map((column) => [column.name, cellOf(column)]));
  const keys = source.load.mode === 'merge' ? source.load.key : [];

  kept.forEach((column, index) => {
    const cell = cells.get(column.name) as Cell;
    const at = `v${index}`;
    const text = normalized(cell.text, column.normalize);
    const typed = column.normalize.length > 0 && cell.cast ? cell.cast(text) : cell.typed;
    if (typed.bad) checks.push({ column: column.from, reason: 'WRONG_TYPE', fails: typed.bad });
    if (column.mode === 'required' || keys.includes(column.name))
      checks.push({ column: column.from, reason: 'REQUIRED', fails: `${cell.text} IS NULL` });

    if (column.privacy.kind !== 'transform') {
      const wide = isWideNumeric(column) && column.mode !== 'repeated';
      select.push(`${wide ? `CASE WHEN ${typed.bad} THEN NULL ELSE trim(${text}) END` : typed.value} AS ${at}`);
      stored.push({ column, at, kind: wide ? 'numeric' : 'typed' });
      return;
    }
    const { transform, when } = column.privacy;
    const flag = when ? conditionSql(when, cells) : undefined;
    // The canonical form of a typed value is what gets a token, so that 007 and 7 are the same number.
    const value = column.type === 'STRING' ? text : `(${typed.value})::VARCHAR`;
    if (transform.kind === 'redact' || transform.kind === 'replace') {
      const constant = literal(transform.kind === 'redact' ? '' : transform.with);
      const applies = flag ? `${cell.text} IS NOT NULL AND ${flag}` : `${cell.text} IS NOT NULL`;
      select.push(`CASE WHEN ${applies} THEN ${constant}${flag ? ` ELSE ${value}` : ''} END AS ${at}`);
      stored.push({ column, at, kind: 'typed' });
      return;
    }
    select.push(`${value} AS ${at}`);
    const entry: Stored = { column, at, kind: 'values' };
    if (flag) {
      entry.when = `w${index}`;
      select.push(`${flag} AS ${entry.when}`);
    }
    if (transform.kind === 'date_shift') {
      entry.context = `x${index}`;
      select.push(`coalesce(${(cells.get(transform.by) as Cell).text}, '') AS ${entry.context}`);
    }
    stored.push(entry);
  });

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

const normalized = (text: string, steps: readonly Normalization[]): string => steps.reduce(normalize, text);

function normalize(text: string, step: Normalization): string {
  switch (step) {
    case 'trim':
      return `trim(${text}, ' \t\r\n')`;
    case 'lower':
      return `lower(${text})`;
    case 'upper':
      return `upper(${text})`;
    case 'digits':
      return `regexp_replace(${text}, '[^0-9]', '', 'g')`;
    case 'collapse_spaces':
      return `regexp_replace(${text}, '\\s+', ' ', 'g')`;
  }
}

function conditionSql(condition: Condition, cells: ReadonlyMap<string, Cell>): string {
  return `(${condition.map((test) => testSql(test, (cells.get(test.column) as Cell).text)).join(' AND ')})`;
}

function testSql(test: Test, text: string): string {
  switch (test.op) {
    case 'in':
      return `coalesce(${text} IN (${test.values.map(literal).join(', ')}), false)`;
    case 'not_in':
      return `coalesce(${text} NOT IN (${test.values.map(literal).join(', ')}), false)`;
    case 'matches':
      return `coalesce(regexp_matches(${text}, ${literal(test.pattern)}), false)`;
    case 'is_null':
      return `${text} IS NULL`;
    case 'is_not_null':
      return `${text} IS NOT NULL`;
  }
}
