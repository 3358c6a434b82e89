import type { Column } from '../model/column.ts';
import type { Source } from '../model/source.ts';
import type { CompiledTransform } from './compile-transform.ts';
import { type Clash, evaluateQuery } from './domains/evaluate.ts';
import { columnsOf } from './domains/source-columns.ts';
import type { Origin, Relation } from './domains/values.ts';
import type { Problem } from './problem.ts';

/**
 * Transforms that compare tokens with what they can never be equal to: tokens of another key, primitive or normalization,
 * or values that are no tokens. Such a join runs, costs money and finds nothing. `transforms` come after their inputs.
 */
export function checkDomains(
  sources: readonly Source[],
  sourceIds: ReadonlySet<string>,
  transforms: readonly CompiledTransform[],
  project: string | undefined,
): Problem[] {
  const tables = new Map<string, Relation>(sources.map((source) => [source.id, columnsOf(source)]));
  const problems: Problem[] = [];
  for (const transform of transforms) {
    const { id, query, crossDomain } = transform;
    if (query === undefined) continue;
    problems.push(...checkNames(transform, sources, sourceIds));
    const { columns, clashes } = evaluateQuery(query.tree, (parts) => {
      const home = parts.length === 3 ? parts[0] : undefined;
      const isElsewhere = home !== undefined && project !== undefined && home !== project;
      return isElsewhere ? undefined : tables.get(parts.slice(-2).join('.'));
    });
    tables.set(id, columns);
    for (const clash of clashes) {
      if (![clash.left, clash.right].some((origin) => crossDomain.includes(nameOf(origin))))
        problems.push(transform.queryProblem(clash.offset, faultOf(clash)));
    }
  }
  return problems;
}

function checkNames(
  { crossDomain, headerProblem }: CompiledTransform,
  sources: readonly Source[],
  sourceIds: ReadonlySet<string>,
): Problem[] {
  return crossDomain.flatMap((name, at) => {
    const [dataset, table, ...path] = name.split('.');
    const id = `${dataset}.${table}`;
    const source = sources.find((one) => one.id === id);
    const columns = path.reduce<readonly Column[] | undefined>(
      (fields, part) =>
        fields?.find((column) => column.name === part)?.fields ?? (fields && has(fields, part) ? [] : undefined),
      source?.columns,
    );
    // A source that has problems of its own is not called unknown for them.
    if ((columns !== undefined && path.length > 0) || (!source && sourceIds.has(id))) return [];
    const message = `\`${name}\` is not a column of a source`;
    const remedy = 'write `dataset.source.column`, as in `[shop.feed.customer]`';
    return [headerProblem({ path: ['cross_domain', at], code: 'UNKNOWN_COLUMN', message, remedy })];
  });
}

const has = (columns: readonly Column[], name: string): boolean => columns.some((column) => column.name === name);

const nameOf = ({ table, column }: Origin): string => `${table}.${column}`;

function faultOf({ how, left, right }: Clash) {
  const said = (origin: Origin): string => `\`${nameOf(origin)}\` holds ${origin.words}`;
  const verb = how === 'UNION' ? 'mixes' : 'compares';
  const outside = [left, right].find(({ isToken }) => !isToken) ?? right;
  return {
    code: 'CROSSED_DOMAINS' as const,
    message: `\`${how}\` ${verb} what is never equal: ${said(left)}, and ${said(right)}`,
    remedy: `give both columns the same \`privacy\` and \`normalize\`, or write \`cross_domain: [${nameOf(outside)}]\` into the header if the file brings tokens already`,
  };
}
