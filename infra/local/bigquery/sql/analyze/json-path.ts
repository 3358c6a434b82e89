import { SqlError, unsupported } from '../sql-error.ts';

const SPACES = '[\\t\\n\\f\\r ]*';
const KEY = /^\.([\p{L}\p{N}_\-:\t\n\f\r ]+)/u;
const PLACE = new RegExp(`^\\[${SPACES}([\\p{N}_\\-]+)${SPACES}\\]`, 'u');
const QUOTED_KEY = /^\."((?:[^\\"]|\\"|\\[^"])*)"/;
/** The legacy functions take names in brackets, quoted or not. */
const LEGACY_PLACE = new RegExp(`^\\[${SPACES}([\\p{L}\\p{N}_\\-]+)${SPACES}\\]`, 'u');
const LEGACY_KEY = new RegExp(`^\\[${SPACES}'((?:[^\\\\']|\\\\'|\\\\[^'])*)'${SPACES}\\]`);

/**
 * `$.a."b c"[0]`, or `$['a']` in the legacy functions → its tokens. None says whether it is a key or a place: `$.0` and
 * `$[0]` are the same. Source: cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#JSONPath_format
 */
export function jsonPathTokens(path: string, legacy: boolean, at: number): string[] {
  if (/^\s*lax\b/i.test(path)) throw unsupported('JSONPath in lax mode', at);
  if (!path.startsWith('$')) throw new SqlError("JSONPath must start with '$'", at);
  const tokens: string[] = [];
  const quote = legacy ? "'" : '"';
  let rest = path.slice(1);
  // The legacy functions also take a lone dot at the end.
  while (rest !== '' && !(legacy && rest === '.')) {
    const plain = KEY.exec(rest) ?? (legacy ? LEGACY_PLACE : PLACE).exec(rest);
    const match = plain ?? (legacy ? LEGACY_KEY : QUOTED_KEY).exec(rest);
    if (!match) {
      const operator = /\*|\.\.|@/.exec(rest)?.[0];
      throw new SqlError(
        operator === undefined
          ? `Invalid token in JSONPath at: ${rest}`
          : `Unsupported operator in JSONPath: ${operator}`,
        at,
      );
    }
    const [whole, token = ''] = match;
    tokens.push(plain ? token : token.replaceAll(`\\${quote}`, quote));
    rest = rest.slice(whole.length);
  }
  return tokens;
}

/** The path in DuckDB's spelling, or undefined where DuckDB reads some token otherwise. */
export function duckPath(tokens: readonly string[]): string | undefined {
  if (!tokens.every((token) => /^(?:[A-Za-z_][\w-]*|0|[1-9]\d{0,8})$/.test(token))) return undefined;
  return `$${tokens.map((token) => (/^\d/.test(token) ? `[${token}]` : `."${token}"`)).join('')}`;
}
