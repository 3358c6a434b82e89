import { readFileSync } from 'node:fs';
import type { Scope as Handles, QuickJSContext, QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten-core';
import type { Plain } from './arguments.ts';
import type { JavaScriptDefinition } from './definition.ts';

/** BigQuery's workers have about as much for all functions of a query. */
const MEMORY_BYTES = 128 * 1024 * 1024;
/** Enough for some thousand calls within each other, and a quarter of what the host's own stack takes. */
const STACK_BYTES = 128 * 1024;
/** Nothing else runs in this process meanwhile, so a loop without end must not last for BigQuery's five minutes. */
const TIME_MS = 10_000;
/** DuckDB calls a function that failed again at once, four times over while it plans, and its other threads' calls wait. */
const SAME_FAILURE_MS = 1000;
/** Rows cross into the sandbox in pieces of about this much JSON. */
const PIECE_CHARACTERS = 1_000_000;

const PRELUDE = readFileSync(new URL('prelude.js', import.meta.url), 'utf8');

type Engine = typeof import('quickjs-emscripten-core');
let core: Engine | undefined;
let quickjs: QuickJSWASMModule | undefined;
let loading: Promise<void> | undefined;

/** Loads the engine, once: 25 ms, which only those pay who call a JavaScript function. */
export function loadSandbox(): Promise<void> {
  loading ??= (async () => {
    const engine = await import('quickjs-emscripten-core');
    quickjs = await engine.newQuickJSWASMModuleFromVariant(import('@jitl/quickjs-wasmfile-release-sync'));
    core = engine;
  })();
  return loading;
}

/** The function that last ran out of time, and when it did: nothing else runs while it is tried again. */
let slow: { definition: string; at: number } | undefined;

/**
 * The function's result for each of the rows, as text: see `encode` in prelude.js. Each call has a runtime of its own, which
 * knows neither the host nor what ran before. Throws Error with BigQuery's message.
 */
export function runJavaScript(definition: JavaScriptDefinition, rows: readonly Plain[][]): (string | null)[] {
  if (!quickjs || !core) throw new Error('the JavaScript sandbox is not loaded');
  const text = JSON.stringify(definition);
  if (slow?.definition === text && Date.now() - slow.at < SAME_FAILURE_MS) throw new Error(TIMED_OUT);
  const runtime = quickjs.newRuntime();
  try {
    runtime.setMemoryLimit(MEMORY_BYTES);
    runtime.setMaxStackSize(STACK_BYTES);
    runtime.setInterruptHandler(core.shouldInterruptAfterDeadline(Date.now() + TIME_MS));
    return core.Scope.withScope((handles) => runIn(handles.manage(runtime.newContext()), handles, definition, rows));
  } catch (error) {
    if (error instanceof Error && error.message === TIMED_OUT) slow = { definition: text, at: Date.now() };
    throw error;
  } finally {
    runtime.dispose();
  }
}

function runIn(
  context: QuickJSContext,
  handles: Handles,
  definition: JavaScriptDefinition,
  rows: readonly Plain[][],
): (string | null)[] {
  const { label, parameters, returns, code, libraries } = definition;
  const evaluate = (text: string, file: string) => {
    const result = context.evalCode(text, file);
    if (result.error) throw failed(context, handles.manage(result.error), label);
    return handles.manage(result.value);
  };
  const call = (of: QuickJSHandle, ...args: QuickJSHandle[]) => {
    const result = context.callFunction(of, context.undefined, ...args);
    if (result.error) throw failed(context, handles.manage(result.error), label);
    return handles.manage(result.value);
  };
  const text = (value: unknown) => handles.manage(context.newString(JSON.stringify(value)));
  const prepare = evaluate(PRELUDE, 'prelude');
  for (const path of libraries) evaluate(readFileSync(path, 'utf8'), 'library');
  const head = `${HEAD}${parameters.map(({ name }) => name).join(', ')}) {`;
  const own = evaluate(`${head}${code}\n})`, CODE);
  const prepared = call(prepare, own, text(parameters.map(({ type }) => type)), text(returns));
  const run = handles.manage(context.getProp(prepared, 'run'));
  const results = handles.manage(context.getProp(prepared, 'results'));
  const all: (string | null)[] = [];
  for (const piece of pieces(rows)) {
    call(run, handles.manage(context.newString(piece)));
    const settled = context.runtime.executePendingJobs();
    if (settled.error) throw failed(context, handles.manage(settled.error), label);
    const answer: (string | null)[] | Thrown = JSON.parse(context.getString(call(results)));
    if (!Array.isArray(answer)) throw new Error(describe(answer, label, head.length));
    all.push(...answer);
  }
  return all;
}

const HEAD = '(function (';
const CODE = 'function';

function* pieces(rows: readonly Plain[][]): Generator<string> {
  let texts: string[] = [];
  let length = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    texts.push(text);
    length += text.length;
    if (length < PIECE_CHARACTERS) continue;
    yield `[${texts.join(',')}]`;
    texts = [];
    length = 0;
  }
  if (texts.length > 0) yield `[${texts.join(',')}]`;
}

interface Thrown {
  message: string;
  /** The stack, where it was an Error. */
  where?: string;
}

/** What goes wrong outside of the function's own calls: its syntax, a library, a limit. */
function failed(context: QuickJSContext, error: QuickJSHandle, label: string): Error {
  const {
    name = '',
    message = '',
    stack = '',
  } = context.dump(error) as { name?: string; message?: string; stack?: string };
  return new Error(describe({ message: `${name}: ${message}`, where: stack }, label, 0));
}

const RESOURCES = 'Resources exceeded during query execution: UDF';
const TIMED_OUT = `${RESOURCES} timed out after ${TIME_MS / 1000} seconds.`;

/** The engine's words as V8 would put them, and where in the function it was, as BigQuery adds it. */
function describe({ message, where }: Thrown, label: string, headLength: number): string {
  if (message === 'InternalError: interrupted') return TIMED_OUT;
  if (message === 'InternalError: out of memory') return `${RESOURCES} out of memory.`;
  const words = message
    .replace(/^InternalError: stack overflow$/, 'RangeError: Maximum call stack size exceeded')
    .replace(/^(ReferenceError: )'(.*)' is not defined$/, '$1$2 is not defined')
    .replace(
      /^(TypeError: )cannot read property '(.*)' of (null|undefined)$/,
      "$1Cannot read properties of $3 (reading '$2')",
    );
  if (where === undefined) return words;
  const [, line = '1', column = '1'] = new RegExp(`\\(?${CODE}:(\\d+):(\\d+)\\)?`).exec(where) ?? [];
  const from = Math.max(1, line === '1' ? Number(column) - headLength : Number(column));
  return `${words} at ${label} line ${line}, columns ${from}-${from + 1}`;
}
