import { JobFailure, toFailure } from '../../errors.ts';
import type { Surroundings } from '../../sql/analyze/analysis.ts';
import { type Analyzed, isAnalyzed, planStatement, planValue } from '../../sql/analyze/statement.ts';
import { readType } from '../../sql/analyze/type-nodes.ts';
import { coerce, type Typed, typed } from '../../sql/analyze/typed.ts';
import type { Statement } from '../../sql/parse/statement-tree.ts';
import { parseScript } from '../../sql/parse/statements.ts';
import type { Expr } from '../../sql/parse/tree.ts';
import { SqlError, unsupported } from '../../sql/sql-error.ts';
import { constrain, withoutParameters } from '../../sql/type-parameters.ts';
import { physicalNames, quoteText, renderType, type SqlType, scalar } from '../../sql/types.ts';
import { valueLiteral } from '../../value-literals.ts';
import type { Instruction } from './program.ts';
import { programOf, readProcedure } from './programs.ts';
import { type Outcome, type Rows, type Run, surroundings } from './run.ts';
import { setSystem } from './set-system.ts';
import { type Frame, frameOf, type ScriptState, topFrame, type Variable } from './state.ts';
import { defaultDatasetOf } from './surroundings.ts';
import { callSystem } from './system-procedures.ts';

/** Instructions that change nothing but where the script stands and what its variables hold. */
export function isControl(instruction: Instruction): boolean {
  return instruction.op !== 'run' && !(instruction.op === 'execute' && instruction.statement.into.length === 0);
}

/** Drops what ends where the script stands now: variables of blocks that it left, errors of handlers that it left. */
export function settle(run: Run, state: ScriptState): void {
  const frame = topFrame(state);
  const { places } = programOf(run.script, frame.procedure);
  const place = places[Math.min(frame.pc, places.length - 1)];
  const ofSession = state.frames.length === 1 ? run.session?.variables : undefined;
  for (const name of Object.keys(frame.variables))
    if (!place?.names.includes(name) && !(ofSession && Object.hasOwn(ofSession, name))) delete frame.variables[name];
  frame.errors.splice(place?.depth ?? 0);
}

/** `type` may have parameters, which the value is held to. */
async function evaluate(expr: Expr, type: SqlType | undefined, names: Surroundings, rows: Rows): Promise<Variable> {
  const plan = planValue(expr, type && withoutParameters(type), names);
  const [row] = await rows(type ? `SELECT ${constrain('q.c1', type)} AS c1 FROM (${plan.sql}) AS q` : plan.sql);
  const own = plan.columns[0]?.type ?? scalar('INT64');
  return { type: own, ...(type && { declared: type }), sql: valueLiteral(row?.c1 ?? null, own) };
}

/** The value converted and held to the variable's type; undefined where it cannot be. */
async function convert(value: Typed, { type, declared }: Variable, rows: Rows): Promise<Variable | undefined> {
  const coerced = coerce(value, type);
  if (!coerced) return undefined;
  const [row] = await rows(`SELECT ${constrain(coerced.sql, declared ?? type)} AS c1`);
  return { type, ...(declared && { declared }), sql: valueLiteral(row?.c1 ?? null, type) };
}

async function isTrue(expr: Expr, names: Surroundings, rows: Rows): Promise<boolean> {
  const [row] = await rows(planValue(expr, scalar('BOOL'), names).sql);
  return row?.c1 === true;
}

export async function stepControl(
  run: Run,
  outcome: Outcome,
  instruction: Instruction | undefined,
  rows: Rows,
): Promise<void> {
  const { state } = outcome;
  const frame = topFrame(state);
  if (!instruction) {
    leave(state);
    return;
  }
  const names = surroundings(run, state);
  const next = frame.pc + 1;
  switch (instruction.op) {
    case 'declare':
      await declare(instruction.statement, frame, names, rows);
      frame.pc = next;
      return;
    case 'set':
      await assign(run, state, instruction, frame, names, rows);
      frame.pc = next;
      return;
    case 'jump':
      frame.pc = instruction.to;
      return;
    case 'unless':
      frame.pc = (await isTrue(instruction.condition, names, rows)) ? next : instruction.to;
      return;
    case 'open': {
      const plan = planStatement({ kind: 'query', query: instruction.query, at: instruction.at }, names);
      if (plan.kind !== 'query') throw new SqlError('FOR wants a query', instruction.at);
      const type: SqlType = { kind: 'STRUCT', fields: plan.columns };
      const physical = physicalNames(plan.columns);
      const parts = physical.map((name, i) => `"${name.replaceAll('"', '""')}" := c${i + 1}`);
      const found = await rows(`SELECT struct_pack(${parts.join(', ')}) AS c1 FROM (${plan.sql}) AS q`);
      frame.loops[instruction.loop] = { type, rows: found.map((row) => valueLiteral(row.c1 ?? null, type)) };
      frame.pc = next;
      return;
    }
    case 'next': {
      const loop = frame.loops[instruction.loop];
      const row = loop?.rows.shift();
      const name = instruction.variable.name.toLowerCase();
      if (!loop || row === undefined) {
        delete frame.variables[name];
        delete frame.loops[instruction.loop];
        frame.pc = instruction.to;
        return;
      }
      frame.variables[name] = { type: loop.type, sql: row };
      frame.pc = next;
      return;
    }
    case 'return':
      frame.pc = programOf(run.script, frame.procedure).instructions.length;
      if (state.frames.length > 1) leave(state);
      return;
    case 'raise':
      throw await raised(instruction, state, names, rows);
    case 'call':
      await enter(run, instruction, state, names, rows);
      return;
    case 'execute':
      await executeInto(run, instruction, state, rows);
      frame.pc = next;
      return;
    default:
      throw new Error(`no control instruction: ${instruction.op}`);
  }
}

async function declare(
  statement: Extract<Statement, { kind: 'declare' }>,
  frame: Frame,
  names: Surroundings,
  rows: Rows,
): Promise<void> {
  const declared = statement.type && readType(statement.type);
  const value: Expr = statement.value ?? { kind: 'null', at: statement.at };
  if (!declared && !statement.value) throw new SqlError('DECLARE wants a type or a default', statement.at);
  // Evaluated once for all of the names.
  const variable = await evaluate(value, declared, names, rows);
  for (const { name } of statement.names) frame.variables[name.toLowerCase()] = variable;
}

async function assign(
  run: Run,
  state: ScriptState,
  { targets, value, at }: Extract<Instruction, { op: 'set' }>,
  frame: Frame,
  names: Surroundings,
  rows: Rows,
): Promise<void> {
  const [target] = targets;
  if (targets.length === 1 && target?.kind === 'system') {
    await setSystem(run, state, target.name, (await evaluate(value, scalar('STRING'), names, rows)).sql, at, rows);
    return;
  }
  const variables = targets.map(({ kind, name, at: where }) => {
    const known = kind === 'variable' ? frame.variables[name.toLowerCase()] : undefined;
    if (!known) throw new SqlError(`Undeclared variable: ${name}`, where);
    return { name: name.toLowerCase(), variable: known };
  });
  const [first] = variables;
  if (first && variables.length === 1) {
    frame.variables[first.name] = await evaluate(value, first.variable.declared ?? first.variable.type, names, rows);
    return;
  }
  const whole = await evaluate(value, undefined, names, rows);
  const { type } = whole;
  if (type.kind !== 'STRUCT' || type.fields.length !== variables.length)
    throw new SqlError(
      `SET of ${variables.length} variables wants a STRUCT of as many fields, not ${renderType(type)}`,
      at,
    );
  const physical = physicalNames(type.fields);
  for (const [i, { name, variable }] of variables.entries()) {
    const field = type.fields[i];
    const part = field && typed(`struct_extract(${whole.sql}, ${quoteText(physical[i] ?? '')})`, field.type);
    const next = part && (await convert(part, variable, rows));
    if (!next)
      throw new SqlError(
        `Field ${i + 1} cannot be assigned to variable ${name} of type ${renderType(variable.type)}`,
        at,
      );
    frame.variables[name] = next;
  }
}

async function raised(
  { message, at }: Extract<Instruction, { op: 'raise' }>,
  state: ScriptState,
  names: Surroundings,
  rows: Rows,
): Promise<unknown> {
  if (!message) {
    const caught = topFrame(state).errors.at(-1);
    if (!caught) return new SqlError('RAISE without USING MESSAGE is only allowed in an exception handler', at);
    return new JobFailure('invalidQuery', caught.message, { location: 'query' });
  }
  const [row] = await rows(planValue(message, scalar('STRING'), names).sql);
  return new JobFailure('invalidQuery', String(row?.c1 ?? 'NULL'), { location: 'query' });
}

/** Behind a procedure's end its OUT parameters go to the caller's variables. */
function leave(state: ScriptState): void {
  const done = state.frames.pop();
  const caller = topFrame(state);
  for (const [parameter, variable] of Object.entries(done?.outs ?? {})) {
    const value = done?.variables[parameter];
    if (value) caller.variables[variable] = value;
  }
  caller.pc++;
}

const MAX_FRAMES = 50;

async function enter(
  run: Run,
  { statement, at }: Extract<Instruction, { op: 'call' }>,
  state: ScriptState,
  names: Surroundings,
  rows: Rows,
): Promise<void> {
  if (state.frames.length >= MAX_FRAMES) throw new SqlError('Procedures call each other too deeply', at);
  const path = statement.path.map((part) => part.name);
  const { job } = run.execution;
  if (path.length === 2 && path[0]?.toUpperCase() === 'BQ') {
    const values: Variable[] = [];
    for (const arg of statement.args) values.push(await evaluate(arg, scalar('STRING'), names, rows));
    const texts = await Promise.all(values.map(async ({ sql }) => String((await rows(`SELECT ${sql} AS c1`))[0]?.c1)));
    await callSystem(run.engine, job.project, path[1] ?? '', texts, at);
    topFrame(state).pc++;
    return;
  }
  const defaults = defaultDatasetOf(job, state);
  const [routine = '', dataset = defaults?.dataset ?? '', project = defaults?.project ?? job.project] =
    path.toReversed();
  const record = run.engine.catalog.routine({ project: path.length === 2 ? job.project : project, dataset, routine });
  if (record?.kind !== 'PROCEDURE') throw new SqlError(`Procedure not found: ${path.join('.')}`, at);
  const procedure = readProcedure(record.text);
  if (procedure.parameters.length !== statement.args.length)
    throw new SqlError(
      `Procedure ${path.join('.')} has ${procedure.parameters.length} parameters, but is called with ${statement.args.length}`,
      at,
    );
  const frame = frameOf(record.text);
  const caller = topFrame(state);
  for (const [i, parameter] of procedure.parameters.entries()) {
    const arg = statement.args[i] as Expr;
    const name = parameter.name.name.toLowerCase();
    const type = parameter.type && withoutParameters(readType(parameter.type));
    if (parameter.mode !== 'in') {
      const target = arg.kind === 'path' && arg.names.length === 1 ? arg.names[0]?.name.toLowerCase() : undefined;
      if (target === undefined || !caller.variables[target])
        throw new SqlError(
          `Argument ${i + 1} of ${path.join('.')} must be a variable, to take what the procedure gives`,
          arg.at,
        );
      const known = caller.variables[target];
      if (type && known && renderType(type) !== renderType(known.type))
        throw new SqlError(
          `Argument ${i + 1} of ${path.join('.')} is a variable of type ${renderType(known.type)}, but the procedure gives ${renderType(type)}`,
          arg.at,
        );
      frame.outs[name] = target;
    }
    const value: Expr = parameter.mode === 'out' ? { kind: 'null', at: arg.at } : arg;
    frame.variables[name] = await evaluate(value, type, names, rows);
  }
  state.frames.push(frame);
}

interface Dynamic {
  statement: Analyzed;
  /** The text that the statement was built from, where it is not the job's. */
  text: string | undefined;
}

/** A text of EXECUTE IMMEDIATE sees no variables. */
export const namesOf = (run: Run, state: ScriptState, text: string | undefined): Surroundings =>
  text === undefined ? surroundings(run, state) : { ...surroundings(run, state), variable: () => undefined };

/** The statement of `run`, or the one that EXECUTE IMMEDIATE's text holds, its parameters in place. */
export async function dynamicStatement(
  run: Run,
  state: ScriptState,
  instruction: Instruction,
  rows: Rows,
): Promise<Dynamic> {
  if (instruction.op === 'run') {
    if (!isAnalyzed(instruction.statement)) throw new SqlError('a statement that is none', instruction.at);
    return { statement: instruction.statement, text: undefined };
  }
  if (instruction.op !== 'execute') throw new Error(`no statement: ${instruction.op}`);
  const names = surroundings(run, state);
  const { sql, using } = instruction.statement;
  const [row] = await rows(planValue(sql, scalar('STRING'), names).sql);
  if (row?.c1 === null || row?.c1 === undefined)
    throw new SqlError('SQL expression of EXECUTE IMMEDIATE is NULL', instruction.at);
  const text = String(row.c1);
  if (new Set(using.map(({ name }) => name === undefined)).size > 1)
    throw new SqlError('EXECUTE IMMEDIATE USING cannot mix named and positional parameters', instruction.at);
  const values: { name: string | undefined; sql: string; type: SqlType }[] = [];
  for (const { value, name } of using)
    values.push({ name: name?.toLowerCase(), ...(await evaluate(value, undefined, names, rows)) });
  try {
    const { statements, isProcedural } = parseScript(text);
    const [first, ...more] = statements;
    if (!first || more.length > 0) throw new SqlError('EXECUTE IMMEDIATE must contain exactly one statement', 0);
    if (isProcedural || !isAnalyzed(first.statement))
      throw unsupported(`${first.statement.kind} in EXECUTE IMMEDIATE`, 0);
    return { statement: bind(first.statement, values), text };
  } catch (error) {
    throw toFailure(error, text);
  }
}

/** Parameters become constants: the text's own, which the job's are not. */
function bind(statement: Analyzed, values: { name: string | undefined; sql: string; type: SqlType }[]): Analyzed {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (node === null || typeof node !== 'object' || node instanceof Map) return node;
    const expr = node as { kind?: string; name?: string; index?: number; at?: number };
    if (expr.kind === 'parameter') {
      const positional = values.filter((one) => one.name === undefined);
      const found =
        expr.name === undefined
          ? positional[expr.index ?? 0]
          : values.find((one) => one.name === expr.name?.toLowerCase());
      if (!found)
        throw new SqlError(
          expr.name === undefined
            ? `Query parameter number ${(expr.index ?? 0) + 1} is not defined`
            : `Query parameter '${expr.name}' not found`,
          expr.at,
        );
      return { kind: 'constant', sql: found.sql, type: found.type, at: expr.at };
    }
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
  };
  return visit(statement) as Analyzed;
}

/** EXECUTE IMMEDIATE … INTO: at most one row, whose columns go to the variables. */
async function executeInto(
  run: Run,
  instruction: Extract<Instruction, { op: 'execute' }>,
  state: ScriptState,
  rows: Rows,
): Promise<void> {
  const { statement, text } = await dynamicStatement(run, state, instruction, rows);
  const { into } = instruction.statement;
  const frame = topFrame(state);
  try {
    const plan = planStatement(statement, namesOf(run, state, text));
    if (plan.kind !== 'query') throw new SqlError('EXECUTE IMMEDIATE with INTO wants a query', 0);
    if (plan.columns.length !== into.length)
      throw new SqlError(
        `EXECUTE IMMEDIATE INTO ${into.length} variables, but the query has ${plan.columns.length} columns`,
        0,
      );
    const found = await rows(`SELECT * FROM (${plan.sql}) AS q LIMIT 2`);
    if (found.length > 1) throw new SqlError('EXECUTE IMMEDIATE INTO: the query answered more than one row', 0);
    for (const [i, { name, at }] of into.entries()) {
      const variable = frame.variables[name.toLowerCase()];
      const column = plan.columns[i];
      if (!variable) throw new SqlError(`Undeclared variable: ${name}`, at);
      if (!column) continue;
      const literal = typed(valueLiteral(found[0]?.[`c${i + 1}`] ?? null, column.type), column.type);
      const value = await convert(literal, variable, rows);
      if (!value)
        throw new SqlError(
          `${renderType(column.type)} cannot be assigned to variable ${name} of type ${renderType(variable.type)}`,
          0,
        );
      frame.variables[name.toLowerCase()] = value;
    }
  } catch (error) {
    throw text === undefined ? error : toFailure(error, text);
  }
}
