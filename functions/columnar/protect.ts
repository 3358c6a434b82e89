import type { Column } from '../model/column.ts';
import { contextColumn } from '../model/transformation.ts';
import { renderCondition } from './condition-sql.ts';
import type { ReadColumn } from './read-column.ts';
import { literal } from './sql-text.ts';

/** Finds what a declaration's name or path stands for where a value stands. */
export type Lookup = (path: string) => ReadColumn;

/** Whether a value is replaced by what DLP answers: constants need no answer. */
export const isAnswered = ({ privacy }: Column): boolean =>
  privacy.kind === 'transform' && privacy.transform.kind !== 'redact' && privacy.transform.kind !== 'replace';

/** Which values a column's protection is for, as a Boolean expression; undefined = all. */
export const renderWhen = ({ privacy }: Column, lookup: Lookup): string | undefined =>
  privacy.kind === 'transform' && privacy.when ? renderCondition(privacy.when, (path) => lookup(path).raw) : undefined;

/** The text that takes part in each transformation; undefined = none does. */
export function renderContext({ privacy }: Column, lookup: Lookup): string | undefined {
  const path = privacy.kind === 'transform' ? contextColumn(privacy.transform) : undefined;
  return path === undefined ? undefined : `coalesce(${lookup(path).canonical}, '')`;
}

/** A value that is redacted or replaced: the same text for all. `flag` says for which, the others stay. */
export function renderConstant({ column, raw, canonical }: ReadColumn, flag: string | undefined): string {
  const transform = column.privacy.kind === 'transform' ? column.privacy.transform : undefined;
  const constant = literal(transform?.kind === 'replace' ? transform.with : '');
  const applies = flag ? `${raw} IS NOT NULL AND ${flag}` : `${raw} IS NOT NULL`;
  return `CASE WHEN ${applies} THEN ${constant}${flag ? ` ELSE ${canonical}` : ''} END`;
}
