import type { RangePartitioning, TimePartitioning } from '../partitions/layout.ts';
import type { Field } from '../schema.ts';
import type { Expr } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';

interface Partitioning {
  timePartitioning?: TimePartitioning;
  rangePartitioning?: RangePartitioning;
}

const FORMS =
  'PARTITION BY expression must be DATE(<timestamp_column>), DATE(<datetime_column>), DATETIME_TRUNC(<datetime_column>, DAY/HOUR/MONTH/YEAR), a DATE column, TIMESTAMP_TRUNC(<timestamp_column>, DAY/HOUR/MONTH/YEAR), DATE_TRUNC(<date_column>, MONTH/YEAR), or RANGE_BUCKET(<int64_column>, GENERATE_ARRAY(<int64_value>, <int64_value>[, <int64_value>]))';

/**
 * `PARTITION BY day`, `DATE(ts)`, `TIMESTAMP_TRUNC(_PARTITIONTIME, HOUR)`, `RANGE_BUCKET(a, GENERATE_ARRAY(0, 100, 10))`.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#partition_expression
 */
export function readPartitionBy(expr: Expr | undefined, schema: Field[]): Partitioning {
  if (!expr) return {};
  if (expr.kind === 'path') {
    const field = columnOf(expr, expr);
    if (field === '_PARTITIONDATE') return { timePartitioning: { type: 'DAY' } };
    const type = schema.find((one) => one.name.toLowerCase() === field.toLowerCase())?.type;
    if (type !== undefined && type !== 'DATE') throw new SqlError(FORMS, expr.at);
    return { timePartitioning: { type: 'DAY', field } };
  }
  if (expr.kind !== 'call') throw unsupported('this form of PARTITION BY', expr.at);
  const [of, part] = expr.args;
  if (expr.name === 'RANGE_BUCKET' && expr.args.length === 2) return { rangePartitioning: readRange(expr, of, part) };
  if (expr.name === 'DATE' && expr.args.length === 1) return byTime('DAY', of, expr);
  if (['DATE_TRUNC', 'DATETIME_TRUNC', 'TIMESTAMP_TRUNC'].includes(expr.name) && part?.kind === 'path') {
    const type = part.names[0]?.name.toUpperCase();
    if (type === 'HOUR' || type === 'DAY' || type === 'MONTH' || type === 'YEAR') return byTime(type, of, expr);
  }
  throw unsupported(`PARTITION BY ${expr.name}`, expr.at);
}

/** `_PARTITIONTIME` is no column: rows are divided by when they come. */
function byTime(type: TimePartitioning['type'], of: Expr | undefined, whole: Expr): Partitioning {
  const field = columnOf(of, whole);
  if (field === '_PARTITIONDATE') throw new SqlError(FORMS, whole.at);
  return { timePartitioning: field === '_PARTITIONTIME' ? { type } : { type, field } };
}

function columnOf(expr: Expr | undefined, whole: Expr): string {
  if (expr?.kind !== 'path' || expr.names.length !== 1) throw unsupported('this form of PARTITION BY', whole.at);
  const name = expr.names[0]?.name ?? '';
  return name.toUpperCase().startsWith('_PARTITION') ? name.toUpperCase() : name;
}

function readRange(whole: Expr, of: Expr | undefined, array: Expr | undefined): RangePartitioning {
  if (array?.kind !== 'call' || array.name !== 'GENERATE_ARRAY' || array.args.length < 2 || array.args.length > 3)
    throw new SqlError(FORMS, whole.at);
  const [start, end, interval] = array.args.map(integer);
  return { field: columnOf(of, whole), range: { start: start ?? '', end: end ?? '', interval: interval ?? '1' } };
}

function integer(expr: Expr): string {
  if (expr.kind === 'literal' && expr.type === 'INT64') return BigInt(expr.value).toString();
  if (expr.kind === 'unary' && expr.op === '-') return (-BigInt(integer(expr.of))).toString();
  throw unsupported('a range of partitions that is not given by integer literals', expr.at);
}
