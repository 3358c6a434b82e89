import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { physicalNames, quoteText, renderType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze } from './expressions.ts';
import { coerce, type Typed, typed } from './typed.ts';

/** A struct's field by its place, which must be a literal. */
function structField(of: Typed, index: Typed, expr: Extract<Expr, { kind: 'element' }>): Typed {
  if (expr.how === 'safe_offset' || expr.how === 'safe_ordinal')
    throw unsupported('SAFE subscripts of a STRUCT', expr.at);
  if (index.literal?.kind !== 'integer' || of.type.kind !== 'STRUCT')
    throw new SqlError('Field element access on a STRUCT wants an INT64 literal', expr.index.at);
  const place = Number(index.literal.value) - (expr.how === 'ordinal' ? 1 : 0);
  const field = of.type.fields[place];
  if (!field)
    throw new SqlError(
      `Field position ${index.literal.value} is out of bounds in ${renderType(of.type)}`,
      expr.index.at,
    );
  return typed(`struct_extract(${of.sql}, ${quoteText(physicalNames(of.type.fields)[place] ?? '')})`, field.type);
}

/** `array[OFFSET(i)]` and its kin; JSON's `json['key']` and `json[0]`. A plain index is 0-based, as OFFSET is. */
export const analyzeElement = (expr: Extract<Expr, { kind: 'element' }>, env: Env): Typed =>
  elementOf(analyze(expr.of, env), expr, env);

/** The element of a value that is known already; `expr` says which. */
export function elementOf(of: Typed, expr: Extract<Expr, { kind: 'element' }>, env: Env): Typed {
  const index = analyze(expr.index, env);
  if (of.type.kind === 'JSON' && expr.how === 'plain') {
    if (index.type.kind === 'STRING') return typed(`bq_json_key(${of.sql}, ${index.sql})`, scalar('JSON'));
    if (index.type.kind === 'INT64') return typed(`bq_json_item(${of.sql}, ${index.sql})`, scalar('JSON'));
    throw new SqlError(`JSON subscript of type ${renderType(index.type)}`, expr.at);
  }
  if (of.type.kind === 'STRUCT') return structField(of, index, expr);
  if (of.type.kind !== 'ARRAY')
    throw new SqlError(`Element access using [] is not supported on values of type ${renderType(of.type)}`, expr.at);
  const position = coerce(index, scalar('INT64'));
  if (!position)
    throw new SqlError(
      `Array position in [] must be coercible to INT64 type, but has type ${renderType(index.type)}`,
      expr.index.at,
    );
  const macro = {
    plain: 'bq_at_offset',
    offset: 'bq_at_offset',
    ordinal: 'bq_at_ordinal',
    safe_offset: 'bq_safe_offset',
    safe_ordinal: 'bq_safe_ordinal',
  }[expr.how];
  return typed(`${macro}(${of.sql}, ${position.sql})`, of.type.element);
}
