import type { Statement, VariableTarget } from '../../sql/parse/statement-tree.ts';
import type { Expr, Identifier, Query } from '../../sql/parse/tree.ts';
import { SqlError } from '../../sql/sql-error.ts';

/** A script as instructions with jumps: where it stands is one number, so it goes on there after a restart. */
export type Instruction =
  | { op: 'run'; statement: Statement; at: number }
  | { op: 'begin' | 'commit' | 'rollback'; at: number }
  | { op: 'declare'; statement: Extract<Statement, { kind: 'declare' }>; at: number }
  | { op: 'set'; targets: VariableTarget[]; value: Expr; at: number }
  | { op: 'jump'; to: number; at: number }
  /** Jumps where the condition is not true. */
  | { op: 'unless'; condition: Expr; to: number; at: number }
  /** Keeps a query's rows under the loop's number; `next` takes one of them, or jumps where none is left. */
  | { op: 'open'; query: Query; loop: number; at: number }
  | { op: 'next'; loop: number; variable: Identifier; to: number; at: number }
  | { op: 'return'; at: number }
  | { op: 'raise'; message: Expr | undefined; at: number }
  | { op: 'call'; statement: Extract<Statement, { kind: 'call' }>; at: number }
  | { op: 'execute'; statement: Extract<Statement, { kind: 'execute' }>; at: number };

/** What is in force at an instruction: the variables that are declared there, in lower case, and how many handlers are around it. */
interface Place {
  names: readonly string[];
  depth: number;
}

export interface Program {
  instructions: Instruction[];
  /** Beside `instructions`; the last one is behind the end. */
  places: Place[];
  /** An error in `from` … `to` − 1 goes on at `target`; inner ones stand first. `depth` handlers are around `target` then. */
  handlers: { from: number; to: number; target: number; depth: number }[];
}

interface Loop {
  label: string;
  /** Whether it may be continued; a block may only be left. */
  isLoop: boolean;
  leaves: { to: number }[];
  iterates: { to: number }[];
}

export const compileProcedure = (procedure: Extract<Statement, { kind: 'createProcedure' }>): Program =>
  compileScript(
    procedure.body,
    procedure.parameters.map(({ name }) => name.name),
  );

/** `parameters` are a procedure's, in reach everywhere in it. Throws SqlError where a name is declared twice. */
export function compileScript(statements: readonly Statement[], parameters: readonly string[] = []): Program {
  const instructions: Instruction[] = [];
  const places: Place[] = [];
  let names = parameters.map((name) => name.toLowerCase());
  let depth = 0;
  const handlers: Program['handlers'] = [];
  const open: Loop[] = [];
  let loops = 0;

  const add = <T extends Instruction>(instruction: T): T => {
    instructions.push(instruction);
    places.push({ names, depth });
    return instruction;
  };
  const declareName = ({ name, at }: Identifier) => {
    if (names.includes(name.toLowerCase())) throw new SqlError(`Variable '${name}' redeclaration`, at);
    names = [...names, name.toLowerCase()];
  };
  /** Names that `inner` declares are unknown behind it. */
  const inBlock = (inner: () => void) => {
    const outside = names;
    inner();
    names = outside;
  };
  const here = () => instructions.length;
  const jump = (to: number, at: number) => add({ op: 'jump' as const, to, at });

  function body(list: readonly Statement[]): void {
    for (const statement of list) emit(statement);
  }

  /** `again` is where ITERATE goes on; it is known once `inner` has run. */
  function inLoop({ label, at }: { label: string; at: number }, isLoop: boolean, inner: () => number): void {
    if (label !== '' && open.some((one) => one.label === label.toLowerCase()))
      throw new SqlError(`Nested labels are not allowed: ${label}`, at);
    const loop: Loop = { label: label.toLowerCase(), isLoop, leaves: [], iterates: [] };
    open.push(loop);
    const again = inner();
    open.pop();
    for (const one of loop.leaves) one.to = here();
    for (const one of loop.iterates) one.to = again;
  }

  function emit(statement: Statement): void {
    const { at } = statement;
    switch (statement.kind) {
      case 'begin':
      case 'commit':
      case 'rollback':
        add({ op: statement.kind, at });
        return;
      case 'declare':
        add({ op: 'declare', statement, at });
        for (const name of statement.names) declareName(name);
        return;
      case 'set':
        add({ op: 'set', targets: statement.targets, value: statement.value, at });
        return;
      case 'if':
        emitIf(statement);
        return;
      case 'loop':
        inLoop(statement, true, () => {
          const start = here();
          const test = statement.while && add({ op: 'unless' as const, condition: statement.while, to: 0, at });
          body(statement.body);
          const end = here();
          if (statement.until) add({ op: 'unless', condition: statement.until, to: start, at });
          else jump(start, at);
          if (test) test.to = here();
          return statement.until ? end : start;
        });
        return;
      case 'for': {
        const loop = loops++;
        add({ op: 'open', query: statement.query, loop, at });
        inLoop(statement, true, () => {
          const start = here();
          const next = add({ op: 'next' as const, loop, variable: statement.variable, to: 0, at });
          inBlock(() => {
            declareName(statement.variable);
            body(statement.body);
          });
          jump(start, at);
          next.to = here();
          return start;
        });
        return;
      }
      case 'block':
        inLoop(statement, false, () => {
          const from = here();
          inBlock(() => body(statement.body));
          if (!statement.handler) return from;
          const to = here();
          const skip = jump(0, at);
          depth++;
          handlers.push({ from, to, target: here(), depth });
          body(statement.handler);
          depth--;
          skip.to = here();
          return from;
        });
        return;
      case 'leave':
      case 'iterate': {
        const loop = open.findLast((one) =>
          statement.label === '' ? one.isLoop : one.label === statement.label.toLowerCase(),
        );
        if (!loop || (statement.kind === 'iterate' && !loop.isLoop))
          throw new SqlError(
            `${statement.kind === 'leave' ? 'BREAK' : 'CONTINUE'} is only allowed inside of a loop${statement.label === '' ? '' : ` with label ${statement.label}`}`,
            at,
          );
        loop[statement.kind === 'leave' ? 'leaves' : 'iterates'].push(jump(0, at));
        return;
      }
      case 'return':
        add({ op: 'return', at });
        return;
      case 'raise':
        add({ op: 'raise', message: statement.message, at });
        return;
      case 'call':
        add({ op: 'call', statement, at });
        return;
      case 'execute':
        add({ op: 'execute', statement, at });
        return;
      default:
        add({ op: 'run', statement, at });
    }
  }

  function emitIf(statement: Extract<Statement, { kind: 'if' }>): void {
    const ends: { to: number }[] = [];
    for (const branch of statement.branches) {
      const test = add({ op: 'unless' as const, condition: branch.condition, to: 0, at: branch.condition.at });
      body(branch.body);
      ends.push(jump(0, statement.at));
      test.to = here();
    }
    body(statement.otherwise);
    for (const end of ends) end.to = here();
  }

  body(statements);
  places.push({ names, depth: 0 });
  return { instructions, places, handlers };
}
