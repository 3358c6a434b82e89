/** The house's plan: which room may import what. DESIGN §2 in a form that a test can hold. */

export interface Room {
  /** A file, or a folder with its closing slash. The longest that fits a file is its room. */
  path: string;
  /** Rooms of ours it may import from, besides itself; behind `type ` only types. */
  ours: readonly string[];
  /** Packages and Node's own modules, exact or up to a closing `*`; behind `type ` only types. */
  others: readonly string[];
}

const MODEL = ['functions/errors.ts', 'functions/model/'];
/** What a function's file is made of. */
const FUNCTION = {
  ours: [...MODEL, 'functions/steps/', 'functions/plan/', 'type functions/ports.ts', 'functions/http.ts'],
  others: [],
};
const functionFile = (name: string): Room => ({ path: `functions/${name}.ts`, ...FUNCTION });

export const ROOMS: readonly Room[] = [
  { path: 'functions/errors.ts', ours: MODEL, others: ['node:crypto'] },
  { path: 'functions/model/', ours: MODEL, others: ['node:crypto'] },
  { path: 'functions/config.ts', ours: MODEL, others: [] },
  { path: 'functions/log.ts', ours: MODEL, others: [] },
  {
    path: 'functions/ports.ts',
    ours: ['type functions/errors.ts', 'type functions/model/'],
    others: ['type node:stream'],
  },
  { path: 'functions/declare/', ours: MODEL, others: ['zod', 'yaml', '@polyglot-sql/sdk'] },
  { path: 'functions/plan/', ours: [...MODEL, 'type functions/declare/'], others: [] },
  { path: 'functions/render/', ours: [...MODEL, 'type functions/declare/', 'type functions/plan/'], others: [] },
  {
    path: 'functions/steps/',
    ours: [...MODEL, 'type functions/ports.ts', 'functions/plan/', 'functions/render/'],
    others: ['p-map'],
  },
  { path: 'functions/columnar/', ours: [...MODEL, 'type functions/ports.ts'], others: ['@duckdb/node-api', 'node:*'] },
  {
    path: 'functions/gcp/',
    ours: [...MODEL, 'type functions/ports.ts'],
    others: ['@google-cloud/*', 'google-auth-library', '@grpc/grpc-js', 'node:stream*'],
  },
  // The HTTP edge: what a request becomes, and what a failure becomes.
  { path: 'functions/http.ts', ours: [...MODEL, 'type functions/log.ts', 'type functions/ports.ts'], others: [] },
  {
    path: 'functions/admission.ts',
    ours: [...MODEL, 'type functions/ports.ts'],
    others: ['type node:http'],
  },
  { path: 'functions/front-door.ts', ours: [], others: ['node:diagnostics_channel', 'type node:http'] },
  { path: 'functions/task-shard.ts', ours: [...MODEL, 'functions/http.ts'], others: [] },
  { path: 'functions/storage-event.ts', ours: [...MODEL, 'functions/http.ts', 'type functions/steps/'], others: [] },
  { path: 'functions/reidentify-ask.ts', ours: [...MODEL, 'functions/http.ts'], others: [] },
  { path: 'functions/arrive.ts', ours: [...FUNCTION.ours, 'functions/storage-event.ts'], others: [] },
  { path: 'functions/deidentify.ts', ours: [...FUNCTION.ours, 'functions/task-shard.ts'], others: [] },
  ...['prepare', 'load', 'transform', 'nightly', 'adhoc', 'forget'].map(functionFile),
  { path: 'functions/reidentify.ts', ours: [...FUNCTION.ours, 'functions/reidentify-ask.ts'], others: [] },
  { path: 'functions/index.ts', ours: ['functions/'], others: ['@google-cloud/functions-framework', 'type node:http'] },
  { path: 'functions/wire.ts', ours: ['functions/'], others: ['node:crypto'] },

  // What things cost: pure, and known to whoever meters and whoever plans.
  { path: 'infra/bill/', ours: ['functions/model/prices.json'], others: [] },
  // The wire is the contract, so the local cloud knows nothing of the functions.
  { path: 'infra/local/', ours: ['infra/bill/'], others: ['*'] },
  { path: 'infra/sample/', ours: [], others: ['*'] },
  {
    path: 'infra/cli/',
    ours: [
      ...MODEL,
      'functions/declare/',
      'functions/plan/',
      'functions/render/',
      'infra/sample/',
      'infra/bill/',
      'package.json',
    ],
    others: ['*'],
  },
  // Not the command line but the process that it starts: all functions behind one port.
  { path: 'infra/cli/functions-host.ts', ours: ['functions/index.ts'], others: ['*'] },
  // Nor this: it reads a file as the functions would, so that what they would spend is known beforehand.
  {
    path: 'infra/cli/cost/measure-host.ts',
    ours: [
      ...MODEL,
      'functions/columnar/columnar.ts',
      'functions/config.ts',
      'functions/steps/measure-file.ts',
      'type functions/ports.ts',
    ],
    others: ['node:*'],
  },
  // Nothing imports it: it writes what Terraform and its reader take from the code.
  {
    path: 'infra/deploy/',
    ours: ['functions/gcp/permissions.ts', 'type functions/model/'],
    others: ['node:fs', 'node:path', '@cdktf/hcl2json'],
  },
  { path: 'infra/install.mjs', ours: [], others: ['node:*'] },
];

export interface Import {
  /** A path below the project's root, or a package. */
  target: string;
  ours: boolean;
  typeOnly: boolean;
}

/** Biome writes every import alike (a line's beginning, single quotes), so its text can be read by a pattern. */
const IMPORT =
  /^(?<head>import|export)(?<type> type)?\b(?<names>[^;'"]*?)\bfrom '(?<from>[^']+)'|^import '(?<bare>[^']+)'|\bimport\('(?<dynamic>[^']+)'\)/gm;

export function parseImports(file: string, source: string): Import[] {
  return [...source.matchAll(IMPORT)].map(({ groups = {} }) => {
    const { type, names = '', from, bare, dynamic } = groups;
    const target = from ?? bare ?? dynamic ?? '';
    const ours = target.startsWith('.');
    const every = names.replaceAll(/[{}\s]+/g, ' ').split(',');
    const typeOnly =
      type !== undefined ||
      (names.includes('{') && every.filter((name) => name.trim()).every((name) => name.trim().startsWith('type ')));
    return { target: ours ? resolveFrom(file, target) : target, ours, typeOnly };
  });
}

function resolveFrom(file: string, target: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

export function roomOf(file: string): Room | undefined {
  return ROOMS.filter(({ path }) => (path.endsWith('/') ? file.startsWith(path) : file === path)).sort(
    (a, b) => b.path.length - a.path.length,
  )[0];
}

/** Why the file may not import this; undefined = it may. */
export function breach(file: string, { target, ours, typeOnly }: Import): string | undefined {
  const room = roomOf(file);
  if (!room) return `${file} stands in no room: give it one in test/rooms.ts`;
  const within = (path: string): boolean => (path.endsWith('/') ? target.startsWith(path) : target === path);
  const named = (name: string): boolean =>
    name.endsWith('*') ? target.startsWith(name.slice(0, -1)) : target === name;
  if (ours && within(room.path)) return undefined;
  const allowed = ours ? room.ours : room.others;
  const fits = ours ? within : named;
  const ok = allowed.some((one) => (one.startsWith('type ') ? typeOnly && fits(one.slice(5)) : fits(one)));
  return ok ? undefined : `${file} may not import ${target}${typeOnly ? '' : ' (a value)'}: its room is ${room.path}`;
}
