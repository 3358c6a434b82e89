import { digest } from '../model/ids.ts';
import type { Transform } from '../model/transform.ts';
import { checkHeader } from './check-header.ts';
import type { SourceFile } from './compile-source.ts';
import { findingsOf } from './findings.ts';
import { type Finding, type Problem, renderKey } from './problem.ts';
import { type DeclaredHeader, TransformHeaderSchema } from './schema/transform-header.ts';
import { type HeaderText, readHeader } from './sql/header.ts';
import { parseQuery, type Query } from './sql/query.ts';
import { type CodePoints, codePoints } from './sql/tokens.ts';
import { findVolatile } from './sql/volatile.ts';
import { parseYaml } from './yaml-document.ts';

/** A transform by itself: its inputs are known by name only, so it has no version yet. */
export interface CompiledTransform {
  id: string;
  file: string;
  problems: Problem[];
  /** Absent when the header is wrong. */
  transform?: Omit<Transform, 'inputs' | 'external' | 'version'>;
  /** Absent when the query is wrong. */
  query?: Query;
  /** Columns of sources, `dataset.table.column`, that may be compared with tokens of any domain. */
  crossDomain: readonly string[];
  /** Fingerprint of the query and of what of the header decides its result. */
  ownVersion?: string;
  /** Where a problem of the header's key, or of a place in the query, is told. */
  headerProblem(finding: Finding): Problem;
  queryProblem(offset: number, finding: Omit<Finding, 'path'>): Problem;
}

export function compileTransform({ file, dataset, name, id, text }: SourceFile): CompiledTransform {
  const points = codePoints(text);
  const problems: Problem[] = [];
  const queryProblem: CompiledTransform['queryProblem'] = (offset, { code, message, remedy }) => ({
    file,
    ...points.position(offset),
    key: 'query',
    code,
    message,
    remedy,
  });

  const header = readHeader(text);
  const yaml = parseYaml(header.kind === 'yaml' ? header.text : '');
  const headerStart = header.kind === 'none' ? { line: 1, column: 1 } : points.position(points.countTo(header.offset));
  const headerProblem: CompiledTransform['headerProblem'] = ({ path, code, message, remedy }) => ({
    file,
    ...(path.length === 0 ? headerStart : yaml.locate(path)),
    key: renderKey(['transform', ...path]),
    code,
    message,
    remedy,
  });

  problems.push(...yaml.faults.map((fault) => ({ file, key: 'transform', ...fault })));
  const settings = problems.length > 0 ? undefined : readSettings(header, yaml.value, problems, headerProblem);

  const parsed = parseQuery(text, points);
  if ('faults' in parsed) problems.push(...parsed.faults.map(({ offset, ...fault }) => queryProblem(offset, fault)));
  const query = 'faults' in parsed ? undefined : parsed;
  if (header.kind === 'none') problems.push(...strayHeader(text, points, queryProblem));
  if (settings !== undefined) problems.push(...checkHeader(settings).map(headerProblem));
  if (settings !== undefined && query !== undefined)
    problems.push(...checkInterval(settings, query, queryProblem, headerProblem));

  const crossDomain = settings?.cross_domain ?? [];
  const compiled: CompiledTransform = { id, file, problems, crossDomain, headerProblem, queryProblem };
  if (query !== undefined) compiled.query = query;
  if (settings !== undefined && query !== undefined) {
    compiled.transform = assemble({ id, dataset, name }, text, settings, findVolatile(query.tokens));
    compiled.ownVersion = fingerprint(settings, query);
  }
  return compiled;
}

function readSettings(
  header: HeaderText,
  value: unknown,
  problems: Problem[],
  problem: CompiledTransform['headerProblem'],
): DeclaredHeader | undefined {
  const say = (code: Finding['code'], message: string, remedy: string) => {
    problems.push(problem({ path: [], code, message, remedy }));
    return undefined;
  };
  if (header.kind === 'misspelt')
    return say('UNKNOWN_KEY', `the comment begins with \`${header.word}:\``, 'did you mean `transform:`?');
  if (header.kind === 'unclosed') return say('SQL_SYNTAX', 'the header is not closed', 'close it with `*/`');
  const result = TransformHeaderSchema.safeParse(value ?? {});
  if (result.success) return result.data;
  problems.push(...findingsOf(TransformHeaderSchema, value, [], result.error.issues).map(problem));
  return undefined;
}

/** A header that is not the first thing in the file would be read as any other comment, and its settings lost. */
function strayHeader(text: string, points: CodePoints, problem: CompiledTransform['queryProblem']): Problem[] {
  const stray = /\/\*\s*transform\s*:/.exec(text);
  if (stray === null) return [];
  const remedy = 'move it to the start of the file, before any other comment';
  return [
    problem(points.countTo(stray.index), {
      code: 'BAD_PATH',
      message: 'the header is not the first thing in the file',
      remedy,
    }),
  ];
}

function checkInterval(
  { kind }: DeclaredHeader,
  { parameters, tokens }: Query,
  problem: CompiledTransform['queryProblem'],
  headerProblem: CompiledTransform['headerProblem'],
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, token] of parameters) {
    if (name !== 'from' && name !== 'to') {
      const remedy = 'only `@from` and `@to` are given, to `kind: incremental`';
      problems.push(
        problem(token.start, {
          code: 'UNKNOWN_PARAMETER',
          message: `\`${token.text}\` has no value in a transform`,
          remedy,
        }),
      );
    } else if (kind !== 'incremental') {
      const message = `\`${token.text}\` has no value in a ${kind}, which is built whole`;
      problems.push(
        problem(token.start, {
          code: 'UNEXPECTED_INTERVAL',
          message,
          remedy: 'write `kind: incremental`, or remove it',
        }),
      );
    }
  }
  if (kind !== 'incremental') return problems;
  const missing = ['from', 'to'].filter((name) => !parameters.has(name)).map((name) => `\`@${name}\``);
  if (missing.length === 0) return problems;
  const message = `an incremental query is for the days from \`@from\` to \`@to\`, and does not use ${missing.join(' and ')}`;
  const remedy = 'add `WHERE DATE(...) BETWEEN @from AND @to`, or write `kind: table`';
  const fault = { code: 'MISSING_INTERVAL' as const, message, remedy };
  problems.push(
    tokens[0] === undefined ? headerProblem({ path: ['kind'], ...fault }) : problem(tokens[0].start, fault),
  );
  return problems;
}

function assemble(
  names: Pick<Transform, 'id' | 'dataset' | 'name'>,
  sql: string,
  settings: DeclaredHeader,
  volatile: readonly string[],
): Omit<Transform, 'inputs' | 'external' | 'version'> {
  const {
    owner,
    description,
    kind,
    partition,
    cluster,
    on,
    every,
    start,
    max_cost: maxCost,
    ignore,
    allow_findings: allowFindings,
    assert,
  } = settings;
  return {
    ...names,
    ...(owner === undefined ? {} : { owner }),
    ...(description === undefined ? {} : { description }),
    kind,
    sql,
    ...(partition === undefined ? {} : { partition }),
    cluster,
    on: { load: on.includes('load'), nightly: on.includes('nightly') },
    everySeconds: every,
    ...(start === undefined ? {} : { start }),
    ...(maxCost === undefined ? {} : { maxCost }),
    ignore,
    ...(allowFindings === undefined ? {} : { allowFindings }),
    assert: assert ?? [],
    volatile,
  };
}

/** Tokens as they are written: another layout or comment is the same query, another letter is not. */
const fingerprint = ({ kind, partition, cluster, start }: DeclaredHeader, { tokens }: Query): string =>
  digest([
    JSON.stringify(tokens.map((token) => token.text)),
    kind,
    JSON.stringify(partition ?? null),
    JSON.stringify(cluster),
    start ?? '',
  ]);
