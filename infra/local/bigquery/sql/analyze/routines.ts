import type { Statement } from '../parse/statement-tree.ts';
import type { Call } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { withoutParameters } from '../type-parameters.ts';
import { renderType } from '../types.ts';
import { type Env, type FunctionInfo, IN_AGGREGATE, noteRoutine, refuseAggregate } from './analysis.ts';
import { withinDefinition } from './definitions.ts';
import { analyze, signatureError } from './expressions.ts';
import { analyzeJavaScript } from './javascript.ts';
import { readType } from './type-nodes.ts';
import { coerce, type Typed, typed } from './typed.ts';
import { isVolatile } from './volatile.ts';

/** A CREATE FUNCTION statement as its calls need it. */
export function functionInfo(statement: Extract<Statement, { kind: 'createFunction' }>): FunctionInfo {
  return {
    name: statement.path.map((part) => part.name).join('.'),
    isTemporary: statement.temp,
    isAggregate: statement.isAggregate,
    parameters: statement.parameters.map(({ name, type, notAggregate }) => ({
      name: name.name,
      type: type && withoutParameters(readType(type)),
      ...(notAggregate && { notAggregate }),
    })),
    returns: statement.returns && withoutParameters(readType(statement.returns)),
    body: statement.body,
  };
}

/** BigQuery's own bound on functions that call functions. */
const MAX_DEPTH = 32;

/**
 * The function's body in place of its call, its parameters standing for the arguments. `isMade`: the statement that makes it is
 * checked, so that its body stands in the text at hand.
 */
export function analyzeUserFunction(info: FunctionInfo, call: Call, env: Env, isMade = false): Typed {
  const { analysis } = env;
  if (analysis.functions.length >= MAX_DEPTH) throw new SqlError(`Function ${info.name} is nested too deeply`, call.at);
  if (call.named.length > 0) throw unsupported(`named arguments of function ${info.name}`, call.at);
  if (info.isAggregate) refuseAggregate(env, info.name, call.at);
  const ofArguments: Env = info.isAggregate ? { ...env, noAggregates: IN_AGGREGATE, noWindows: IN_AGGREGATE } : env;
  noteRoutine(analysis, info.routine);
  const given = call.args.map((arg) => analyze(arg, ofArguments));
  const args = info.parameters.map(({ type }, i) => given[i] && (type ? coerce(given[i], type) : given[i]));
  if (given.length !== args.length || args.includes(undefined))
    throw signatureError(`function ${info.name}`, given, call.at);
  for (const [i, { name, notAggregate }] of info.parameters.entries())
    if (notAggregate && !given[i]?.literal && call.args[i]?.kind !== 'literal')
      throw unsupported(`an argument NOT AGGREGATE that is no literal or parameter: ${name}`, call.at);
  if (info.body.kind === 'javascript') return analyzeJavaScript(info, info.body, args as Typed[], env, call.at);
  const { body: expression } = info;
  const computed: { name: string; sql: string }[] = [];
  const visible = info.parameters.map((parameter, i) => {
    const value = args[i] as Typed;
    let { sql } = value;
    if (isVolatile(sql) && !info.isAggregate) {
      computed.push({ name: analysis.fresh('l'), sql });
      sql = computed.at(-1)?.name ?? '';
    }
    return {
      name: parameter.name,
      value: typed(sql, value.type),
      touch: () => {},
      ...(info.isAggregate && !parameter.notAggregate && { holds: 'rows' as const }),
    };
  });
  const around = (body: Typed) =>
    typed(
      computed.reduce((sql, one) => `list_transform([${one.sql}], lambda ${one.name}: ${sql})[1]`, body.sql),
      body.type,
    );
  analysis.functions.push(info.name);
  try {
    const body = withinDefinition(analysis, 'a function', info.isTemporary && analysis.defaults, () =>
      analyze(expression, {
        ...env,
        scope: { visible, ranges: [], parent: undefined, isArguments: true },
        ctes: [],
        windows: new Map(),
        ...(!info.isAggregate && { noAggregates: 'the body of a function', noWindows: 'the body of a function' }),
      }),
    );
    if (!info.returns) return around(body);
    const result = coerce(body, info.returns);
    if (!result)
      throw new SqlError(
        `Function ${info.name} is declared to return ${renderType(info.returns)}, but its body returns ${renderType(body.type)}`,
        call.at,
      );
    return around(result);
  } catch (error) {
    // The body's own text is another than the one that the call stands in.
    if (isMade || !(error instanceof SqlError) || error.at === undefined || error.at === call.at) throw error;
    throw new SqlError(`Invalid function ${info.name}: ${error.message}`, call.at, error.reason);
  } finally {
    analysis.functions.pop();
  }
}
