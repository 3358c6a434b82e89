import { type Field, fieldOfType, parseFields, typeOfField } from '../schema.ts';
import { checkDefault } from '../sql/analyze/defaults.ts';
import { readType } from '../sql/analyze/type-nodes.ts';
import type { ColumnNode, Options } from '../sql/parse/statement-tree.ts';
import type { Expr, TypeNode } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import { withoutParameters } from '../sql/type-parameters.ts';

export function literal(expr: Expr, name: string): string {
  if (expr.kind === 'literal') return expr.value;
  throw unsupported(`option ${name} with a value that is no literal`, expr.at);
}

/** An option's value, of the type that it must have. */
export function optionValue(expr: Expr, name: string, type: 'STRING' | 'BOOL' | 'TIMESTAMP' | 'number'): string {
  const value = literal(expr, name);
  const given = expr.kind === 'literal' ? expr.type : '';
  const fits =
    type === 'number'
      ? ['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'].includes(given)
      : given === type || (type === 'TIMESTAMP' && given === 'STRING');
  if (!fits) throw new SqlError(`Option ${name} should be a ${type === 'number' ? 'number' : type}`, expr.at);
  return value;
}

const DAY_MS = 86_400_000;

export const daysOption = (expr: Expr, name: string): string =>
  String(Number(optionValue(expr, name, 'number')) * DAY_MS);

/** Refuses what says two things of one option. */
export function refuseRepeated(options: Options): void {
  const seen = new Set<string>();
  for (const { name } of options) {
    const key = name.name.toLowerCase();
    if (seen.has(key)) throw new SqlError(`Duplicate option specified for '${name.name}'`, name.at);
    seen.add(key);
  }
}

/** `[("team", "data")]` as labels. */
export function readLabels(expr: Expr): Record<string, string> {
  if (expr.kind !== 'array') throw new SqlError('labels must be an array of pairs', expr.at);
  const labels: Record<string, string> = {};
  for (const pair of expr.elements) {
    if (pair.kind !== 'struct' || pair.fields.length !== 2)
      throw new SqlError('labels must be an array of pairs', pair.at);
    const [key, value] = pair.fields.map((field) => literal(field.expr, 'labels'));
    labels[key ?? ''] = value ?? '';
  }
  return labels;
}

export interface TableOptions {
  rest: Record<string, unknown>;
  expirationTime: number | undefined;
  requirePartitionFilter: boolean;
  partitionExpirationMs: string | undefined;
}

const KNOWN = new Set([
  'description',
  'friendly_name',
  'labels',
  'expiration_timestamp',
  'require_partition_filter',
  'partition_expiration_days',
]);

/** OPTIONS of a table or view. What is not known is refused. */
export function readOptions(options: Options): TableOptions {
  const read: TableOptions = {
    rest: {},
    expirationTime: undefined,
    requirePartitionFilter: false,
    partitionExpirationMs: undefined,
  };
  refuseRepeated(options);
  for (const { name, value } of options) {
    if (value.kind === 'null' && KNOWN.has(name.name.toLowerCase())) continue;
    switch (name.name.toLowerCase()) {
      case 'description':
        read.rest.description = optionValue(value, name.name, 'STRING');
        break;
      case 'friendly_name':
        read.rest.friendlyName = optionValue(value, name.name, 'STRING');
        break;
      case 'labels':
        read.rest.labels = readLabels(value);
        break;
      case 'expiration_timestamp': {
        const at = Date.parse(
          optionValue(value, name.name, 'TIMESTAMP')
            .replace(/ UTC$/, 'Z')
            .replace(
              /^(\d{4}-\d\d-\d\d)(?: (.*?))?(Z|[+-]\d\d(?::?\d\d)?)?$/,
              (_, day, time, zone) =>
                `${day}T${time ?? '00:00:00'}${/^[+-]\d\d$/.test(zone ?? '') ? `${zone}:00` : (zone ?? 'Z')}`,
            ),
        );
        if (Number.isNaN(at)) throw new SqlError('expiration_timestamp is no TIMESTAMP', value.at);
        read.expirationTime = at;
        break;
      }
      case 'require_partition_filter':
        read.requirePartitionFilter = optionValue(value, name.name, 'BOOL') === 'true';
        break;
      case 'partition_expiration_days':
        read.partitionExpirationMs = daysOption(value, name.name);
        break;
      default:
        throw unsupported(`option ${name.name}`, name.at);
    }
  }
  return read;
}

/** A field with what its type says of the fields inside. */
function described(field: Field, node: TypeNode): Field {
  if (node.kind === 'array') return described(field, node.element);
  if (node.kind !== 'struct' || !field.fields) return field;
  const fields = field.fields.map((one, i) => {
    const { type, notNull, description } = node.fields[i] ?? {};
    if (notNull && one.mode === 'REPEATED')
      throw new SqlError('NOT NULL cannot be specified for an ARRAY column', type?.at);
    return { ...(type ? described(one, type) : one), ...(description !== undefined && { description }) };
  });
  return { ...field, fields };
}

/** A CREATE TABLE's column list as a schema. */
export function readColumns(columns: ColumnNode[]): Field[] {
  return parseFields(
    columns.map((column) => {
      const field = described(fieldOfType(column.name.name, readType(column.type)), column.type);
      if (column.notNull && field.mode === 'REPEATED')
        throw new SqlError('NOT NULL cannot be specified for an ARRAY column', column.name.at);
      return {
        ...field,
        ...(column.notNull && { mode: 'REQUIRED' }),
        ...(column.description !== undefined && { description: column.description }),
        ...(column.default !== undefined && { defaultValueExpression: checkedDefault(column, field) }),
      };
    }),
  );
}

function checkedDefault(column: ColumnNode, field: Field): string {
  const text = column.default ?? '';
  checkDefault(text, withoutParameters(typeOfField(field)), column.defaultAt);
  return text;
}
