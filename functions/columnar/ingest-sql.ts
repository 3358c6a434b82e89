import type { Column, Normalization } from '../model/column.ts';
import type { RejectReason } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { contextColumn } from '../model/transformation.ts';
import { isWideNumeric, type Typed } from './cast.ts';
import { renderCondition } from './condition-sql.ts';
import { renderOutside } from './outside-sql.ts';
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
export function renderIngest(source: Source, cellOf: (column: Column) => Cell, shape: readonly Check[] = []): Ingest {
  const select: string[] = [];
  const stored: Stored[] = [];
  const checks: Check[] = [...shape];
  const read = new Map(source.columns.map((column) => [column.name, readColumn(column, cellOf(column))]));
  const named = (name: string): ReadColumn => read.get(name) as ReadColumn;
  const keys = source.load.mode === 'merge' ? source.load.key : [];

  [...read.values()].forEach(({ column, raw, text, typed, canonical }, index) => {
    if (column.privacy.kind === 'drop') return;
    const at = `v${index}`;
    if (typed.bad) checks.push({ column: column.from, reason: 'WRONG_TYPE', fails: typed.bad });
    if (column.mode === 'required' || keys.includes(column.name))
      checks.push({ column: column.from, reason: 'REQUIRED', fails: `${raw} IS NULL` });

    if (column.privacy.kind === 'public') {
      const wide = isWideNumeric(column) && column.mode !== 'repeated';
      select.push(`${wide ? `CASE WHEN ${typed.bad} THEN NULL ELSE trim(${text}) END` : typed.value} AS ${at}`);
      stored.push({ column, at, kind: wide ? 'numeric' : 'typed' });
      return;
    }
    const { transform, when } = column.privacy;
    const flag = when ? renderCondition(when, (name) => named(name).raw) : undefined;
    const keepFlag = (condition: string | undefined): Pick<Stored, 'when'> => {
      if (condition === undefined) return {};
      select.push(`${condition} AS w${index}`);
      return { when: `w${index}` };
    };
    if (transform.kind === 'redact' || transform.kind === 'replace') {
      const constant = literal(transform.kind === 'redact' ? '' : transform.with);
      const applies = flag ? `${raw} IS NOT NULL AND ${flag}` : `${raw} IS NOT NULL`;
      select.push(`CASE WHEN ${applies} THEN ${constant}${flag ? ` ELSE ${canonical}` : ''} END AS ${at}`);
      stored.push({ column, at, kind: 'typed', ...keepFlag(flag) });
      return;
    }
    select.push(`${canonical} AS ${at}`);
    const entry: Stored = { column, at, kind: 'values', ...keepFlag(flag) };
    const outside = renderOutside(column, transform, canonical, typed.value);
    if (outside) {
      const { reason, fails } = outside;
      checks.push({ column: column.from, reason, fails: flag ? `(${fails}) AND ${flag}` : fails });
    }
    const contextName = contextColumn(transform);
    if (contextName !== undefined) {
      const by = named(contextName);
      const byIndex = source.columns.indexOf(by.column);
      // One that is protected itself is there already, in the same form.
      if (isReplacedByAnswers(by.column)) entry.context = `coalesce(rows.v${byIndex}, '')`;
      else {
        entry.context = `rows.x${index}`;
        select.push(`coalesce(${by.canonical}, '') AS x${index}`);
      }
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

/** Whether `rows` holds its canonical text. */
const isReplacedByAnswers = ({ privacy }: Column): boolean =>
  privacy.kind === 'transform' && privacy.transform.kind !== 'redact' && privacy.transform.kind !== 'replace';

interface ReadColumn {
  column: Column;
  /** Text as the file has it. */
  raw: string;
  /** The same, normalized. */
  text: string;
  typed: Typed;
  /** What stands for the value where it is protected or decides a shift: 007 and 7 are the same number. */
  canonical: string;
}

function readColumn(column: Column, cell: Cell): ReadColumn {
  const text = column.normalize.reduce(normalize, cell.text);
  const typed = column.normalize.length > 0 && cell.cast ? cell.cast(text) : cell.typed;
  return { column, raw: cell.text, text, typed, canonical: canonicalText(column, text, typed) };
}

function canonicalText(column: Column, text: string, typed: Typed): string {
  switch (column.type) {
    case 'STRING':
      return text;
    case 'BYTES':
      return `to_base64(${typed.value})`;
    case 'NUMERIC': {
      const decimal = `(${typed.value})::VARCHAR`;
      return column.precision !== undefined && !column.scale ? decimal : `regexp_replace(${decimal}, '\\.?0+$', '')`;
    }
    default:
      return `(${typed.value})::VARCHAR`;
  }
}

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
