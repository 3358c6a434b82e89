import { type Field, fieldOfType, parseFields, typeOfField } from '../schema.ts';
import { defaultValue } from '../sql/analyze/defaults.ts';
import { readType } from '../sql/analyze/type-nodes.ts';
import type { ColumnNode, Options } from '../sql/parse/statement-tree.ts';
import type { Expr } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import { withoutParameters } from '../sql/type-parameters.ts';

export function literal(expr: Expr, name: string): string {
  if (expr.kind === 'literal') return expr.value;
  throw unsupported(`option ${name} with a value that is no literal`, expr.at);
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

/** OPTIONS of a table or view. What is not known is refused. */
export function readOptions(options: Options): TableOptions {
  const read: TableOptions = {
    rest: {},
    expirationTime: undefined,
    requirePartitionFilter: false,
    partitionExpirationMs: undefined,
  };
  for (const { name, value } of options) {
    switch (name.name.toLowerCase()) {
      case 'description':
      case 'friendly_name':
        read.rest[name.name.toLowerCase() === 'description' ? 'description' : 'friendlyName'] = literal(
          value,
          name.name,
        );
        break;
      case 'labels':
        read.rest.labels = readLabels(value);
        break;
      case 'expiration_timestamp': {
        const at = Date.parse(
          literal(value, name.name)
            .replace(/ UTC$/, 'Z')
            .replace(
              /^(\d{4}-\d\d-\d\d)(?: (.*?))?(Z|[+-]\d\d(?::?\d\d)?)?$/,
              (_, day, time, zone) => `${day}T${time ?? '00:00:00'}${zone ?? 'Z'}`,
            ),
        );
        if (Number.isNaN(at)) throw new SqlError('expiration_timestamp is no TIMESTAMP', value.at);
        read.expirationTime = at;
        break;
      }
      case 'require_partition_filter':
        read.requirePartitionFilter = literal(value, name.name) === 'true';
        break;
      case 'partition_expiration_days':
        read.partitionExpirationMs = String(Number(literal(value, name.name)) * 86_400_000);
        break;
      default:
        throw unsupported(`option ${name.name}`, name.at);
    }
  }
  return read;
}

/** A CREATE TABLE's column list as a schema. */
export function readColumns(columns: ColumnNode[]): Field[] {
  return parseFields(
    columns.map((column) => {
      const field = fieldOfType(column.name.name, readType(column.type));
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
  defaultValue(text, withoutParameters(typeOfField(field)), 0n);
  return text;
}
