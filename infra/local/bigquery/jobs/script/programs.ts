import type { Statement } from '../../sql/parse/statement-tree.ts';
import { parseScript, type Script } from '../../sql/parse/statements.ts';
import { SqlError } from '../../sql/sql-error.ts';
import { compileProcedure, compileScript, type Instruction, type Program } from './program.ts';
import { type ScriptState, topFrame } from './state.ts';

const main = new WeakMap<Script, Program>();
const procedures = new Map<string, Program>();

/** The instructions of the job's text, or of a procedure. */
export function programOf(script: Script, procedure: string | undefined): Program {
  if (procedure !== undefined) {
    const known = procedures.get(procedure) ?? compileProcedure(readProcedure(procedure));
    if (procedures.size > 1000) procedures.clear();
    procedures.set(procedure, known);
    return known;
  }
  const known = main.get(script) ?? compileScript(script.statements.map(({ statement }) => statement));
  main.set(script, known);
  return known;
}

/** Where the script stands; undefined behind the end of its text, or of a procedure's. */
export function currentInstruction(script: Script, state: ScriptState): Instruction | undefined {
  const { pc, procedure } = topFrame(state);
  return programOf(script, procedure).instructions[pc];
}

export function readProcedure(text: string): Extract<Statement, { kind: 'createProcedure' }> {
  const statement = parseScript(text).statements[0]?.statement;
  if (statement?.kind !== 'createProcedure') throw new SqlError('The routine is no procedure', 0);
  return statement;
}

/** The variables that are there behind a script's last statement. */
export const namesAtEnd = (script: Script): readonly string[] =>
  programOf(script, undefined).places.at(-1)?.names ?? [];
