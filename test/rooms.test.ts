import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breach, type Import, parseImports, ROOMS, roomOf } from './rooms.ts';

const root = resolve(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'functions', 'infra'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|mjs)$/.test(file));
const text = new Map(files.map((file) => [file, readFileSync(resolve(root, file), 'utf8')]));
const imports = new Map<string, Import[]>([...text].map(([file, source]) => [file, parseImports(file, source)]));
const of = (room: string): string[] => files.filter((file) => file.startsWith(room));
const containing = (room: string, what: RegExp): string[] => of(room).filter((file) => what.test(text.get(file) ?? ''));

describe('the house', () => {
  test('has a room for every file, and a file in every room', () => {
    expect(files.filter((file) => !roomOf(file))).toEqual([]);
    expect(ROOMS.filter((room) => !files.some((file) => roomOf(file) === room)).map(({ path }) => path)).toEqual([]);
  });

  test('is imported one way', () => {
    const breaches = [...imports].flatMap(([file, list]) => list.flatMap((one) => breach(file, one) ?? []));
    expect(breaches).toEqual([]);
  });

  test('has no two files that import each other, on whatever way round', () => {
    // An expression holds a query that holds an expression: a grammar's rules call each other, in a file each.
    const grammar = /^infra\/local\/bigquery\/sql\/(parse|analyze)\//;
    const graph = [...imports].filter(([file]) => !grammar.test(file));
    expect(cycles(new Map(graph.map(([file, list]) => [file, list.flatMap(onlyValues)])))).toEqual([]);
  });

  test('names its files in kebab-case, and none for being useful', () => {
    const shape = /^[a-z0-9]+(-[a-z0-9]+)*\.(ts|mjs)$/;
    expect(files.map((file) => basename(file)).filter((name) => !shape.test(name))).toEqual([]);
    const vague = /^(utils?|lib|helpers?|common|misc|index)\.ts$/;
    expect(files.filter((file) => vague.test(basename(file)) && file !== 'functions/index.ts')).toEqual([]);
  });

  test('has no file that takes long to know', () => {
    expect([...text].filter(([, source]) => source.split('\n').length > 401).map(([file]) => file)).toEqual([]);
    const thin = ['arrive', 'prepare', 'deidentify', 'load', 'transform', 'nightly', 'adhoc', 'reidentify', 'forget'];
    expect(thin.filter((name) => (text.get(`functions/${name}.ts`) ?? '').split('\n').length > 61)).toEqual([]);
  });

  test('imports each of Google’s clients in one file, behind a port', () => {
    const clients = ['storage', 'bigquery', 'pubsub', 'tasks', 'dlp'].map((name) => `@google-cloud/${name}`);
    const importers = clients.map((client) => of('functions/').filter((file) => targets(file).includes(client)));
    expect(importers.map((list) => list.length)).toEqual(clients.map(() => 1));
  });

  test('reads the environment in one place', () => {
    expect(containing('functions/', /\bprocess\.env\b/)).toEqual(['functions/index.ts']);
  });

  test('reads the clock and rolls dice only where an argument brings them', () => {
    const pure = ['functions/declare/', 'functions/plan/', 'functions/render/', 'functions/steps/', 'functions/model/'];
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(/;
    expect(pure.flatMap((room) => containing(room, impure))).toEqual([]);
  });
});

describe('the plan of the house catches', () => {
  test.each([
    ['functions/steps/load.ts', "import { createWarehouse } from '../gcp/bigquery.ts';", true],
    ['functions/steps/load.ts', "import { Storage } from '@google-cloud/storage';", true],
    ['functions/steps/load.ts', "import type { Ports } from '../ports.ts';", false],
    ['functions/steps/load.ts', "import { type Ports, type Clock } from '../ports.ts';", false],
    ['functions/steps/load.ts', "import { type Ports, portOf } from '../ports.ts';", true],
    ['functions/plan/pack.ts', "import { readFileSync } from 'node:fs';", true],
    ['functions/render/sql.ts', "import {\n  one,\n  two,\n} from '../plan/pack.ts';", true],
    ['functions/declare/link.ts', "const zod = await import('../columnar/duckdb.ts');", true],
    ['functions/model/ids.ts', "export { parseConfig } from '../config.ts';", true],
    ['infra/local/cloud.ts', "import '../../functions/index.ts';", true],
    ['infra/cli/up.ts', "import { startStorage } from '../local/storage/objects.ts';", true],
    ['infra/cli/up.ts', "import { createLedger } from '../../functions/gcp/ledger.ts';", true],
    ['infra/elsewhere/apply.ts', "import { one } from './two.ts';", true],
  ])('in %s: %s → %s', (file, source, caught) => {
    const list = parseImports(file, source);
    expect(list).toHaveLength(1);
    expect(list.some((one) => breach(file, one) !== undefined)).toBe(caught);
  });

  test('a circle of three', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']],
      ['d', ['a']],
    ]);
    expect(cycles(circle)).toEqual(['a → b → c → a']);
  });
});

function targets(file: string): string[] {
  return (imports.get(file) ?? []).map(({ target }) => target);
}

/** Types are gone when the code runs, so only values make a cycle. */
function onlyValues({ target, ours, typeOnly }: Import): string[] {
  return ours && !typeOnly ? [target] : [];
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
