import { Dialect, parse } from '@polyglot-sql/sdk';
import type { ProblemCode } from '../problem.ts';
import { findTables, type TableReference } from './tables.ts';
import { type CodePoints, isWord, readTokens, type Token } from './tokens.ts';

export interface QueryFault {
  /** Code points from the start of the file. */
  offset: number;
  code: ProblemCode;
  message: string;
  remedy: string;
}

export interface Query {
  tokens: readonly Token[];
  /** polyglot's, of the one statement. */
  tree: unknown;
  tables: readonly TableReference[];
  /** Named parameters in lower case (BigQuery's are case-insensitive), without the `@`. */
  parameters: ReadonlyMap<string, Token>;
}

const ONE_QUERY = 'a transform is one SELECT, with or without WITH in front';
const QUERIES = ['select', 'union', 'intersect', 'except', 'subquery'];

/** One GoogleSQL query: its tokens, and the tables that it reads. */
export function parseQuery(sql: string, points: CodePoints): Query | { faults: QueryFault[] } {
  const refuse = (offset: number, code: ProblemCode, message: string, remedy: string) => ({
    faults: [{ offset, code, message, remedy }],
  });
  const mend = 'mend the SQL here; what BigQuery takes and this parser does not is a limit of Sluice';

  const read = readTokens(sql, points);
  if ('error' in read) return refuse(read.offset, 'SQL_SYNTAX', shorten(read.error), mend);
  const tokens = withoutClosing(read.tokens);
  const [first] = tokens;
  if (first === undefined) return refuse(0, 'NOT_A_QUERY', 'the file holds no query', `write one: ${ONE_QUERY}`);

  const open = unclosedComment(sql, read.tokens, points);
  if (open !== undefined) return refuse(open, 'SQL_SYNTAX', 'a comment is not closed', 'close it with `*/`');

  const semicolon = tokens.find((token) => token.text === ';');
  if (!['SELECT', 'WITH', '('].some((word) => isWord(first, word))) {
    const message = `the file begins with \`${first.text}\`, which is not a query`;
    return refuse(
      first.start,
      'NOT_A_QUERY',
      message,
      `keep the query alone: ${ONE_QUERY}, and Sluice creates the table`,
    );
  }
  if (semicolon !== undefined) {
    return refuse(
      semicolon.start,
      'SEVERAL_STATEMENTS',
      'a second statement follows',
      `give it a file of its own: ${ONE_QUERY}`,
    );
  }

  const parsed = parse(sql, Dialect.BigQuery) as Omit<ReturnType<typeof parse>, 'ast'> & {
    ast?: unknown;
    errorStart?: number;
  };
  if (!parsed.success)
    return refuse(parsed.errorStart ?? 0, 'SQL_SYNTAX', shorten(parsed.error ?? 'the query cannot be parsed'), mend);
  const [tree] = Array.isArray(parsed.ast) ? (parsed.ast as unknown[]) : [];
  const kind = typeof tree === 'object' && tree !== null ? Object.keys(tree)[0] : undefined;
  if (kind === undefined || !QUERIES.includes(kind)) {
    return refuse(
      first.start,
      'NOT_A_QUERY',
      `the file holds \`${kind ?? 'nothing'}\`, not a query`,
      `keep the query alone: ${ONE_QUERY}`,
    );
  }

  const parameters = readParameters(tokens);
  return 'faults' in parameters ? parameters : { tokens, tree, tables: findTables(tree), parameters: parameters.found };
}

/** Semicolons at the end close the one statement and say nothing. */
function withoutClosing(tokens: readonly Token[]): Token[] {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.text === ';') end--;
  return tokens.slice(0, end);
}

/** polyglot takes a comment that the file's end closes; BigQuery does not. */
function unclosedComment(sql: string, tokens: readonly Token[], points: CodePoints): number | undefined {
  const after = tokens.at(-1)?.end ?? 0;
  const rest = points.slice(after, sql.length);
  const bare = rest.replace(/\/\*[\s\S]*?\*\/|(--|#).*/g, (comment) => ' '.repeat(comment.length));
  const at = bare.indexOf('/*');
  return at === -1 ? undefined : after + Array.from(bare.slice(0, at)).length;
}

function readParameters(tokens: readonly Token[]): { found: Map<string, Token> } | { faults: QueryFault[] } {
  const found = new Map<string, Token>();
  const faults: QueryFault[] = [];
  tokens.forEach((token, at) => {
    const named = /^@([A-Za-z_]\w*)$/.exec(token.text)?.[1];
    if (named !== undefined) found.set(named.toLowerCase(), token);
    else if (/^(\?|@@?)/.test(token.text)) {
      const text = `${token.text}${tokens[at + 1]?.text ?? ''}`;
      const what = token.text === '?' ? 'a positional parameter' : `\`${text}\``;
      faults.push({
        offset: token.start,
        code: 'UNKNOWN_PARAMETER',
        message: `${what} has no value in a transform`,
        remedy: 'only `@from` and `@to` are given, to `kind: incremental`',
      });
    }
  });
  return faults.length > 0 ? { faults } : { found };
}

/** polyglot's message repeats the place, and not always the right one: the span is. */
const shorten = (message: string): string =>
  message
    .replace(/^(Parse|Tokenization) error at line \d+, column \d+: /, '')
    .replace(/\s+/g, ' ')
    .slice(0, 160);
