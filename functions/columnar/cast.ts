import type { Column } from '../model/column.ts';
import { literal } from './sql-text.ts';

/** A value in SQL, and when it is not what the declaration says. */
export interface Typed {
  /** Expression of the typed value; NULL where `bad` holds. */
  value: string;
  /** Boolean expression; absent = every text is good. */
  bad?: string;
}

/**
 * Text to a column's type, as strictly as BigQuery's loads. DuckDB's own casts are not strict: 3.7 becomes the integer 4,
 * `infinity` and `epoch` are dates, an offset on a DATETIME is dropped, 24:00:00 is 23:00, NaN is JSON. So a cast counts only if the
 * text also has the type's form; where the value prints as it was written the form needs no second look (cheap).
 */
export function castText(column: Pick<Column, 'type' | 'precision' | 'scale' | 'format'>, text: string): Typed {
  const wrong = (value: string, good: string): Typed => ({
    value: `CASE WHEN ${good} THEN ${value} END`,
    bad: `(${text} IS NOT NULL AND NOT coalesce(${good}, false))`,
  });
  const cast = (type: string) => `TRY_CAST(${text} AS ${type})`;
  const form = (pattern: string) => `regexp_full_match(${text}, ${literal(pattern)})`;
  const sameText = (type: string) => `${cast(type)}::VARCHAR = ${text}`;

  // CASE, not OR: DuckDB evaluates both sides of an OR for every row, and the second is the costly one.
  const either = (cheap: string, costly: string) => `CASE WHEN ${cheap} THEN true ELSE ${costly} END`;

  switch (column.type) {
    case 'STRING':
      return { value: text };
    case 'INT64': {
      const value = cast('BIGINT');
      return wrong(value, either(sameText('BIGINT'), `${form('\\s*[+-]?[0-9]+\\s*')} AND ${value} IS NOT NULL`));
    }
    case 'FLOAT64': {
      const value = cast('DOUBLE');
      return wrong(
        value,
        either(`isfinite(${value}) AND NOT contains(${text}, '_')`, form('(?i)\\s*([+-]?(inf|infinity)|nan)\\s*')),
      );
    }
    case 'NUMERIC': {
      const value = cast(decimalType(column));
      const fits = isWideNumeric(column)
        ? either(`${cast(NARROW_DECIMAL)} IS NOT NULL`, `${value} IS NOT NULL`)
        : `${value} IS NOT NULL`;
      return wrong(value, `(${fits} AND NOT contains(${text}, '_'))`);
    }
    case 'BIGNUMERIC': {
      // Wider than any DuckDB decimal, so it stays text and the warehouse casts it: one that is too large must not get there.
      const limit = column.precision === undefined ? '5.78e38' : `1e${column.precision - (column.scale ?? 0)}`;
      const written = form('\\s*[+-]?([0-9]{1,38}(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?\\s*');
      return wrong(`trim(${text})`, `(${written} AND abs(${cast('DOUBLE')}) < ${limit})`);
    }
    case 'BOOL':
      return wrong(cast('BOOLEAN'), `${cast('BOOLEAN')} IS NOT NULL`);
    case 'DATE': {
      if (column.format) return parsed(column.format, 'DATE', text);
      const value = cast('DATE');
      const written = either(sameText('DATE'), form('\\s*[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}\\s*'));
      return wrong(value, `(${inRange('DATE', value)} AND ${written})`);
    }
    case 'TIME':
      return wrong(cast('TIME'), `(${form(`\\s*${CLOCK}\\s*`)} AND ${cast('TIME')} IS NOT NULL)`);
    case 'DATETIME': {
      if (column.format) return parsed(column.format, 'TIMESTAMP', text);
      const value = cast('TIMESTAMP');
      const written = either(sameText('TIMESTAMP'), form(`\\s*${DAY}([ Tt]${CLOCK})?\\s*`));
      return wrong(value, `(${inRange('TIMESTAMP', value)} AND ${written})`);
    }
    case 'TIMESTAMP': {
      if (column.format) return parsed(column.format, 'TIMESTAMPTZ', text);
      const value = cast('TIMESTAMPTZ');
      const written = either(sameText('TIMESTAMP'), form(`\\s*${DAY}([ Tt]${CLOCK})?\\s*${ZONE}\\s*`));
      return wrong(value, `(${inRange('TIMESTAMPTZ', value)} AND ${written})`);
    }
    case 'BYTES':
      return wrong(`from_base64(${text})`, form('([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'));
    case 'JSON': {
      const lenient = (of: string) => `regexp_matches(${of}, '(?i)nan|inf|,\\s*[}\\]]')`;
      const bare = `regexp_replace(${text}, '"(\\\\.|[^"\\\\])*"', '""', 'g')`;
      return wrong(
        text,
        `CASE WHEN json_valid(${text}) THEN ${either(`NOT ${lenient(text)}`, `NOT ${lenient(bare)}`)} ELSE false END`,
      );
    }
    case 'RECORD':
      return { value: 'NULL', bad: `${text} IS NOT NULL` };
  }
}

/** BigQuery's calendar is the common era's first 9,999 years; a value outside would fail the load of a whole batch. */
export const inRange = (type: 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ', value: string): string =>
  type === 'DATE'
    ? `${value} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'`
    : `${value} BETWEEN ${type} '0001-01-01 00:00:00' AND ${type} '9999-12-31 23:59:59.999999'`;

const DAY = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}';
const CLOCK = '([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\\.[0-9]{1,9})?)?';

const ZONE = '(Z|UTC|[+-](0?[0-9]|1[0-4])(:?[0-5][0-9])?)?';

function parsed(format: string, type: 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ', text: string): Typed {
  const value = `TRY_STRPTIME(${text}, ${literal(format)})::${type}`;
  // strptime takes `epoch` and `infinity` whatever the format, and 26 for the year 26 under %Y.
  const year = `lpad(year(${value})::VARCHAR, 4, '0')`;
  const full = format.includes('%Y') ? ` AND (year(${value}) >= 1000 OR contains(${text}, ${year}))` : '';
  const good = `coalesce(${inRange(type, value)} AND NOT regexp_matches(${text}, '(?i)^\\s*-?(epoch|inf)')${full}, false)`;
  return { value: `CASE WHEN ${good} THEN ${value} END`, bad: `(${text} IS NOT NULL AND NOT ${good})` };
}

/** NUMERIC is DECIMAL(38,9) in BigQuery. */
export function decimalType(column: Pick<Column, 'precision' | 'scale'>): string {
  return column.precision === undefined ? 'DECIMAL(38,9)' : `DECIMAL(${column.precision},${column.scale ?? 0})`;
}

/**
 * NUMERIC without a precision, as DuckDB handles it fast: 64-bit decimals cost a third of 128-bit ones to read and write,
 * and nearly all data fits. Whether a shard's does is asked before it is written.
 */
export const NARROW_DECIMAL = 'DECIMAL(18,9)';
export const isWideNumeric = (column: Pick<Column, 'type' | 'precision'>): boolean =>
  column.type === 'NUMERIC' && column.precision === undefined;
