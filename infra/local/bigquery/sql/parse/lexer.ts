import { SqlError } from '../sql-error.ts';
import { RESERVED } from './reserved.ts';
import { decodeEscapes, readLiteral } from './text-literals.ts';

export interface Token {
  kind:
    | 'name'
    | 'quoted'
    | 'string'
    | 'bytes'
    | 'integer'
    | 'float'
    | 'parameter'
    | 'positional'
    | 'system'
    | 'symbol'
    | 'end';
  /** Symbols and names as written; strings and quoted names decoded; bytes as latin1. */
  text: string;
  /** Unquoted names in capitals, for keywords; empty otherwise. */
  word: string;
  at: number;
  end: number;
  /** Of a number: a letter or digit follows at once. It is no literal then, but may be part of a name with dashes. */
  isGlued?: boolean;
}

// GoogleSQL's own list: JavaScript's \s lacks the backspace, and has the ogham space mark and the byte order mark.
const SPACE = /(?:[ \n\r\t\b\f\v\u00a0\u2000-\u200a\u202f\u205f\u3000]|--[^\r\n]*|#[^\r\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
/** Behind a dot, where a name may begin with a digit. */
const FIELD = /[0-9][A-Za-z0-9_]*/y;
const QUOTED = /`((?:[^\\`\r\n]|\\[\s\S])*)`/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /@([A-Za-z_][A-Za-z0-9_]*|`[^`]+`)/y;
const SYSTEM = /@@([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)/y;
const STRING_START = /(?:[rR][bB]?|[bB][rR]?)?(?:'''|"""|'|")/y;
const SYMBOL = /<<|>>|<=|>=|!=|<>|\|\||\|>|=>|->|\+=|-=|[-+*/=<>().,;[\]{}:&|^~@?]/y;

/** GoogleSQL text → tokens, the last of kind `end`. Comments and space are dropped. `before` are those up to `at` already. */
export function tokenize(text: string, before: Token[] = [], at = 0): Token[] {
  const tokens = before;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const push = (kind: Token['kind'], value: string, end: number, word = '') => {
    tokens.push({ kind, text: value, word, at, end });
    at = end;
  };
  for (;;) {
    const space = match(SPACE);
    if (space) at += space[0].length;
    if (at >= text.length) break;
    if (text.startsWith('/*', at)) throw new SqlError('Syntax error: Unclosed comment', at);
    const start = match(STRING_START);
    if (start) {
      const { value, end, bytes } = readLiteral(text, at, start[0]);
      push(bytes ? 'bytes' : 'string', value, end);
      continue;
    }
    if (text[at] === '`') {
      const quoted = match(QUOTED);
      if (!quoted) throw new SqlError('Syntax error: Unclosed identifier literal', at);
      const [whole, body = ''] = quoted;
      if (body === '') throw new SqlError('Syntax error: Invalid empty identifier', at);
      push('quoted', decodeEscapes(body, at + 1, false), at + whole.length);
      continue;
    }
    const name = match(NAME);
    if (name) {
      push('name', name[0], at + name[0].length, name[0].toUpperCase());
      continue;
    }
    const field = behindFieldDot(tokens) ? match(FIELD) : null;
    if (field) {
      push('name', field[0], at + field[0].length, field[0].toUpperCase());
      continue;
    }
    // After a name or `]` a dot starts a field, so that `t.1x` is never read as the number .1.
    const number = text[at] === '.' && isFieldDot(tokens) ? null : match(NUMBER);
    if (number) {
      const isInteger = /^(?:\d+|0[xX].*)$/.test(number[0]);
      push(isInteger ? 'integer' : 'float', number[0], at + number[0].length);
      if (/[A-Za-z_0-9]/.test(text[at] ?? '')) Object.assign(tokens.at(-1) as Token, { isGlued: true });
      continue;
    }
    const system = match(SYSTEM);
    if (system) {
      push('system', (system[1] ?? '').toLowerCase(), at + system[0].length);
      continue;
    }
    const parameter = match(PARAMETER);
    if (parameter) {
      push('parameter', (parameter[1] ?? '').replaceAll('`', ''), at + parameter[0].length);
      continue;
    }
    const symbol = match(SYMBOL);
    if (!symbol)
      throw new SqlError(
        `Syntax error: Illegal input character "${String.fromCodePoint(text.codePointAt(at) ?? 0)}"`,
        at,
      );
    push(symbol[0] === '?' ? 'positional' : 'symbol', symbol[0], at + symbol[0].length);
  }
  tokens.push({ kind: 'end', text: '', word: '', at: text.length, end: text.length });
  return tokens;
}

/** Whether a dot behind these tokens starts a field. */
function isFieldDot(tokens: readonly Token[], index = tokens.length - 1): boolean {
  const last = tokens[index];
  if (last === undefined) return false;
  if (last.kind === 'symbol') return last.text === ']' || last.text === ')';
  if (last.kind === 'quoted' || last.kind === 'parameter' || last.kind === 'positional') return true;
  // A keyword that stands behind a dot itself is a name: `a.select.1`.
  return last.kind === 'name' && (!RESERVED.has(last.word) || tokens[index - 1]?.text === '.');
}

function behindFieldDot(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  return last?.kind === 'symbol' && last.text === '.' && isFieldDot(tokens, tokens.length - 2);
}
