import type { Column } from '../../model/column.ts';
import type { Source } from '../../model/source.ts';
import { describeDomain, tokenDomain } from '../../model/token-domain.ts';
import { type Origin, type Relation, structOf, UNKNOWN, type Value } from './values.ts';

/** What a row has besides its columns; render/table.ts puts them last. */
const STAMPS = ['_run_id', '_row_number', '_arrived_at'];

/** Primitives after which a value is neither itself nor a token. Of a configuration in DLP's own words nothing is known. */
const CHANGED: readonly string[] = [
  'mask',
  'redact',
  'replace',
  'replace_with_info_type',
  'date_shift',
  'bucket',
  'time_part',
  'dictionary',
  'redact_findings',
];

/** The columns of a source's table. */
export function columnsOf({ id, columns }: Source): Relation {
  const stamps = STAMPS.map((name) => ({ name, value: UNKNOWN }));
  return { fields: [...fieldsOf(id, columns, ''), ...stamps], open: false };
}

const fieldsOf = (table: string, columns: readonly Column[], path: string): Relation['fields'] =>
  columns
    .filter(({ privacy }) => privacy.kind !== 'drop')
    .map((column) => ({ name: column.name, value: valueIn(table, column, `${path}${column.name}`) }));

function valueIn(table: string, column: Column, path: string): Value {
  const { privacy, fields = [] } = column;
  if (column.type === 'RECORD') return structOf({ fields: fieldsOf(table, fields, `${path}.`), open: false });
  const origin = { table, column: path };
  const plain: Origin = { ...origin, domain: 'plain', isToken: false, words: 'values as they came' };
  if (privacy.kind !== 'transform') return holding([plain]);
  const { transform, when } = privacy;
  const domain = tokenDomain(column);
  const words = describeDomain(column);
  if (domain === undefined || words === undefined) {
    if (!CHANGED.includes(transform.kind)) return UNKNOWN;
    const changed = { ...origin, domain: transform.kind, isToken: false, words: `what \`${transform.kind}\` leaves` };
    return holding(when ? [changed, plain] : [changed]);
  }
  const token: Origin = { ...origin, domain, isToken: true, words: `tokens of \`${words}\`` };
  return holding(when ? [token, plain] : [token]);
}

const holding = (origins: readonly Origin[]): Value => ({
  domains: new Map(origins.map((origin) => [origin.domain, origin])),
  open: false,
});
