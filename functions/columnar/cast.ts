import type { Column } from '../model/column.ts';
import { identifier, literal } from './sql-text.ts';

/** A value in SQL, and when it is not what the declaration says. */
export interface Typed {
  /** Expression of the typed value; NULL where `bad` holds. */
  value: string;
  /** Boolean expression; absent = every text is good. */
  bad?: string;
}

/**
 * Text to a column's type, as strictly as BigQuery's loads. DuckDB's own casts are not strict: 3.7 becomes the integer 4,
 * `infinity` and `epoch` are dates, an offset on a DATETIME is dropped, 24:00:00 is 23:00. So a cast counts only if the
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
    case 'BIGNUMERIC':
      // Wider than any DuckDB decimal, so it stays text and the warehouse casts it.
      return wrong(`trim(${text})`, form('\\s*[+-]?([0-9]{1,38}(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?\\s*'));
    case 'BOOL':
      return wrong(cast('BOOLEAN'), `${cast('BOOLEAN')} IS NOT NULL`);
    case 'DATE': {
      if (column.format) return parsed(column.format, 'DATE', text);
      const value = cast('DATE');
      const written = either(sameText('DATE'), form('\\s*[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}\\s*'));
      return wrong(value, `(${value} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' AND ${written})`);
    }
    case 'TIME':
      return wrong(cast('TIME'), `(${form(`\\s*${CLOCK}\\s*`)} AND ${cast('TIME')} IS NOT NULL)`);
    case 'DATETIME': {
      if (column.format) return parsed(column.format, 'TIMESTAMP', text);
      const value = cast('TIMESTAMP');
      return wrong(value, `(${form(`\\s*${DAY}([ Tt]${CLOCK})?\\s*`)} AND ${value} IS NOT NULL)`);
    }
    case 'TIMESTAMP': {
      if (column.format) return parsed(column.format, 'TIMESTAMPTZ', text);
      const value = cast('TIMESTAMPTZ');
      return wrong(value, `(${form(`\\s*${DAY}([ Tt]${CLOCK})?\\s*${ZONE}\\s*`)} AND ${value} IS NOT NULL)`);
    }
    case 'BYTES':
      return wrong(`from_base64(${text})`, form('([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'));
    case 'JSON':
      return wrong(text, `(json_valid(${text}) AND NOT ${form('(?i)\\s*[+-]?(inf|infinity|nan)\\s*')})`);
    case 'RECORD':
      return { value: 'NULL', bad: `${text} IS NOT NULL` };
  }
}

const DAY = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}';
const CLOCK = '([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\\.[0-9]{1,9})?)?';

const ZONE = '(Z|z|UTC|[+-][0-9]{1,2}(:?[0-9]{2})?)?';

function parsed(format: string, type: string, text: string): Typed {
  const value = `TRY_STRPTIME(${text}, ${literal(format)})::${type}`;
  return { value, bad: `(${text} IS NOT NULL AND ${value} IS NULL)` };
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

/** A JSON object or array, read as a struct or list of texts, to a RECORD or REPEATED column. */
export function castNested(column: Column, value: string, depth = 0): Typed {
  if (column.mode === 'repeated') {
    const element = `e${depth}`;
    const one = castOne(column, element, depth + 1);
    return {
      value: `list_transform(${value}, lambda ${element}: ${one.value})`,
      bad: `(${value} IS NOT NULL AND len(list_filter(${value}, lambda ${element}: ${element} IS NULL${one.bad ? ` OR ${one.bad}` : ''})) > 0)`,
    };
  }
  return castOne(column, value, depth);
}

function castOne(column: Column, value: string, depth: number): Typed {
  if (column.type !== 'RECORD') return castText(column, value);
  const fields = (column.fields ?? []).map((field) => {
    const path = `${value}.${identifier(field.from)}`;
    const typed = castNested(field, path, depth);
    const required = field.mode === 'required' ? `${path} IS NULL` : undefined;
    return { name: field.name, value: typed.value, bad: [typed.bad, required].filter((one) => one !== undefined) };
  });
  const bad = fields.flatMap((field) => field.bad);
  return {
    value: `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.map((field) => `${identifier(field.name)} := ${field.value}`).join(', ')}) END`,
    ...(bad.length > 0 && { bad: `(${value} IS NOT NULL AND (${bad.join(' OR ')}))` }),
  };
}

/** The structure that json_transform reads a column's value into: leaves are text, so that their form can be judged. */
export function textStructure(column: Column): unknown {
  const one = column.fields ? Object.fromEntries(column.fields.map((field) => [field.from, textStructure(field)])) : 'VARCHAR';
  return column.mode === 'repeated' ? [one] : one;
}
