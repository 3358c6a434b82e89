import { digest } from '../model/ids.ts';
import type { Source } from '../model/source.ts';
import type { Transform } from '../model/transform.ts';
import type { CompiledTransform } from './compile-transform.ts';
import { findCycles, topologicalOrder } from './graph.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import type { TableReference } from './sql/tables.ts';

export interface Linked {
  /** In topological order; only those whose inputs are whole too. */
  transforms: Transform[];
  problems: Problem[];
}

/** What a transform reads, told apart. */
interface Inputs {
  own: string[];
  external: string[];
  /** Own tables whose project is written out: whether it is the one that Sluice runs in is not known here. */
  elsewhere: string[];
}

/**
 * Transforms and sources by name → the graph: inputs, versions, order. `sourceIds` has also the sources that have problems
 * of their own, so that nothing is called unknown for them.
 */
export function linkTransforms(
  compiled: readonly CompiledTransform[],
  sources: readonly Source[],
  sourceIds: ReadonlySet<string>,
  project: string | undefined,
): Linked {
  const problems: Problem[] = [];
  const ids = new Set([...sourceIds, ...compiled.map(({ id }) => id)]);
  const inputs = new Map<string, Inputs>();
  for (const transform of compiled) {
    const found = resolveInputs(transform, ids, project, problems);
    inputs.set(transform.id, found);
    problems.push(...checkIgnored(transform, found));
  }

  const transformIds = new Set(compiled.map(({ id }) => id));
  const graph = new Map(
    compiled.map(({ id }) => [id, (inputs.get(id)?.own ?? []).filter((input) => transformIds.has(input))]),
  );
  for (const cycle of findCycles(graph)) {
    const start = compiled.find(({ id }) => id === cycle[0]);
    if (start === undefined) continue;
    const chain = cycle.map((id) => `\`${id}\``).join(' reads ');
    const message =
      cycle.length === 2 ? `\`${start.id}\` reads itself` : `transforms read each other in a circle: ${chain}`;
    const input = start.query?.tables.find(({ parts }) => parts.slice(-2).join('.') === cycle[1]);
    problems.push(
      start.queryProblem(input?.offset ?? 0, { code: 'CYCLE', message, remedy: 'take one of these inputs out' }),
    );
  }

  const versions = new Map(sources.map(({ id, version }) => [id, version]));
  const byId = new Map(compiled.map((transform) => [transform.id, transform]));
  const transforms: Transform[] = [];
  for (const id of topologicalOrder(graph)) {
    const { transform, ownVersion } = byId.get(id) ?? {};
    const { own, external, elsewhere } = inputs.get(id) ?? { own: [], external: [], elsewhere: [] };
    if (transform === undefined || ownVersion === undefined || own.some((input) => !versions.has(input))) continue;
    // An ignored input rebuilds no past interval, whatever becomes of it.
    const parents = own
      .filter((input) => !transform.ignore.includes(input))
      .map((input) => `${input}@${versions.get(input)}`);
    const version = digest([ownVersion, ...parents]);
    versions.set(id, version);
    transforms.push({
      ...transform,
      inputs: own,
      external,
      volatile: [...transform.volatile, ...external, ...elsewhere],
      version,
    });
  }
  return { transforms, problems };
}

function resolveInputs(
  transform: CompiledTransform,
  ids: ReadonlySet<string>,
  project: string | undefined,
  problems: Problem[],
): Inputs {
  const found = { own: new Set<string>(), external: new Set<string>(), elsewhere: new Set<string>() };
  const datasets = new Set([...ids].map((id) => id.split('.')[0] ?? ''));
  for (const table of transform.query?.tables ?? []) {
    const name = table.parts.join('.');
    const id = table.parts.slice(-2).join('.');
    const home = table.parts.length === 3 ? table.parts[0] : undefined;
    if (table.parts.length === 1) problems.push(transform.queryProblem(table.offset, unqualified(name, ids)));
    else if (isMetadata(table) || (home !== undefined && project !== undefined && home !== project))
      found.external.add(name);
    else if (ids.has(id)) {
      found.own.add(id);
      if (home !== undefined && project === undefined) found.elsewhere.add(name);
    } else if (table.parts.length <= 3 && datasets.has(id.split('.')[0] ?? '')) {
      problems.push(transform.queryProblem(table.offset, unknown(id, ids)));
    } else found.external.add(name);
  }
  return { own: [...found.own].sort(), external: [...found.external].sort(), elsewhere: [...found.elsewhere].sort() };
}

const isMetadata = ({ parts }: TableReference): boolean =>
  parts.some((part) => part.toUpperCase() === 'INFORMATION_SCHEMA');

function unqualified(name: string, ids: ReadonlySet<string>) {
  const same = [...ids].filter((id) => id.endsWith(`.${name}`)).sort();
  const remedy = same.length === 0 ? 'write `dataset.table`' : `write \`${same.join('` or `')}\``;
  return { code: 'UNQUALIFIED_TABLE' as const, message: `\`${name}\` names no dataset`, remedy };
}

function unknown(id: string, ids: ReadonlySet<string>) {
  const [dataset] = id.split('.');
  const message = `\`${id}\` is not a source or a transform of this project, and \`${dataset}\` is its dataset`;
  const guess = nearest(id, ids);
  const declare = `declare it in \`sources/\` or \`transforms/\`, or keep it in another dataset`;
  return {
    code: 'UNKNOWN_TABLE' as const,
    message,
    remedy: guess === undefined ? declare : `did you mean \`${guess}\`?`,
  };
}

function checkIgnored(transform: CompiledTransform, { own }: Inputs): Problem[] {
  return (transform.transform?.ignore ?? []).flatMap((name, at) => {
    if (own.includes(name)) return [];
    const guess = nearest(name, own);
    const remedy =
      guess === undefined
        ? `the inputs are ${own.map((one) => `\`${one}\``).join(', ') || 'none'}`
        : `did you mean \`${guess}\`?`;
    return [
      transform.headerProblem({
        path: ['ignore', at],
        code: 'UNKNOWN_TABLE',
        message: `\`${name}\` is not an input of this query`,
        remedy,
      }),
    ];
  });
}
