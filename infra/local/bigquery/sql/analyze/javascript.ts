import { decodeResult } from '../javascript/decode.ts';
import type { JavaScriptDefinition } from '../javascript/definition.ts';
import type { JavaScriptBody } from '../parse/statement-tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { quoteText, renderType, type ScalarKind, type SqlType } from '../types.ts';
import type { Env, FunctionInfo } from './analysis.ts';
import { type Typed, typed } from './typed.ts';

/** Source: the table of supported JavaScript data types in BigQuery's reference of user-defined functions. */
const BOTH: readonly ScalarKind[] = 'BOOL BYTES FLOAT64 NUMERIC BIGNUMERIC STRING DATE TIMESTAMP JSON'.split(
  ' ',
) as ScalarKind[];

/** A call of a JavaScript function whose arguments are of its parameters' types. */
export function analyzeJavaScript(
  info: FunctionInfo,
  body: JavaScriptBody,
  args: readonly Typed[],
  env: Env,
  at: number,
): Typed {
  const { name, returns } = info;
  if (!returns) throw new SqlError(`Function ${name} must declare what it RETURNS: it is not in SQL`, at);
  const parameters = info.parameters.map((parameter) => {
    if (!parameter.type)
      throw new SqlError(`Argument ${parameter.name} of ${name} cannot be of ANY TYPE: it is not in SQL`, at);
    checkType(parameter.type, BOTH, `an argument of JavaScript function ${name}`, at);
    if (!/^[A-Za-z_]\w*$/.test(parameter.name))
      throw new SqlError(
        `Argument ${parameter.name} of JavaScript function ${name} has a name that JavaScript does not know`,
        at,
      );
    return { name: parameter.name, type: parameter.type };
  });
  checkType(returns, [...BOTH, 'INT64'], `the result of JavaScript function ${name}`, at);
  const definition: JavaScriptDefinition = {
    // BigQuery numbers permanent functions, and names temporary ones.
    label: `${info.isTemporary ? name : 'UDF$1'}(${parameters.map(({ type }) => renderType(type)).join(', ')})`,
    parameters,
    returns,
    code: body.code,
    libraries: body.libraries.map((library) => env.analysis.findLibrary(library.uri, library.at)),
  };
  const values = args.map((arg, i) => `a${i + 1} := ${arg.sql}`);
  const packed = values.length === 0 ? 'NULL::BOOLEAN' : `struct_pack(${values.join(', ')})`;
  const call = answersAnew(body) ? 'bq_js_volatile' : 'bq_js';
  return typed(decodeResult(`${call}(${quoteText(JSON.stringify(definition))}, ${packed})`, returns), returns);
}

/** Undeclared, a function may answer anew for each row: DuckDB must not call it once for all of them. */
function answersAnew({ isDeterministic, code, libraries }: JavaScriptBody): boolean {
  return isDeterministic === undefined ? libraries.length > 0 || /\b(random|Date)\b/.test(code) : !isDeterministic;
}

function checkType(type: SqlType, allowed: readonly ScalarKind[], what: string, at: number): void {
  if (type.kind === 'ARRAY') checkType(type.element, allowed, what, at);
  else if (type.kind === 'STRUCT') {
    const names = new Set(type.fields.map((field) => field.name));
    if (names.has(undefined) || names.size < type.fields.length)
      throw unsupported(`a STRUCT with unnamed or repeated fields as ${what}`, at);
    for (const field of type.fields) checkType(field.type, allowed, what, at);
  } else if (!allowed.includes(type.kind)) {
    const remedy = type.kind === 'INT64' ? ': use FLOAT64 or STRING' : '';
    throw unsupported(`${type.kind} as ${what}${remedy}`, at);
  }
}
