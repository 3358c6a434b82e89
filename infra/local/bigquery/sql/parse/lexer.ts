import { SqlError } from '../sql-error.ts';

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
}

const SPACE = /(?:\s|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /@([A-Za-z_][A-Za-z0-9_]*|`[^`]+`)/y;
const SYSTEM = /@@([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)/y;
const STRING_START = /(?:[rR][bB]?|[bB][rR]?)?(?:'''|"""|'|")/y;
const SYMBOL = /<<|>>|<=|>=|!=|<>|\|\||\|>|=>|->|\+=|-=|[-+*/=<>().,;[\]{}:&|^~@?]/y;

const ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};

/** GoogleSQL text → tokens, the last of kind `end`. Comments and space are dropped. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
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
    const start = match(STRING_START);
    if (start) {
      const { value, end, bytes } = readString(text, at, start[0]);
      push(bytes ? 'bytes' : 'string', value, end);
      continue;
    }
    if (text[at] === '`') {
      const end = text.indexOf('`', at + 1);
      if (end < 0) throw new SqlError('Syntax error: Unclosed identifier literal', at);
      if (end === at + 1) throw new SqlError('Syntax error: Invalid empty identifier', at);
      push('quoted', decodeEscapes(text.slice(at + 1, end), at, false), end + 1);
      continue;
    }
    const name = match(NAME);
    if (name) {
      push('name', name[0], at + name[0].length, name[0].toUpperCase());
      continue;
    }
    // After a name or `]` a dot starts a field, so that `t.1x` is never read as the number .1.
    const number = text[at] === '.' && isFieldDot(tokens) ? null : match(NUMBER);
    if (number) {
      const isInteger = /^(?:\d+|0[xX].*)$/.test(number[0]);
      push(isInteger ? 'integer' : 'float', number[0], at + number[0].length);
      if (/[A-Za-z_0-9]/.test(text[at] ?? ''))
        throw new SqlError('Syntax error: Missing whitespace between literal and alias', at);
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

function isFieldDot(tokens: Token[]): boolean {
  const last = tokens.at(-1);
  return (
    last !== undefined &&
    (last.kind === 'name' || last.kind === 'quoted' || last.text === ']' || last.text === ')') &&
    !RESERVED_BEFORE_NUMBER.has(last.word)
  );
}
const RESERVED_BEFORE_NUMBER = new Set([
  'SELECT',
  'AND',
  'OR',
  'NOT',
  'IN',
  'BETWEEN',
  'WHEN',
  'THEN',
  'ELSE',
  'BY',
  'WHERE',
  'ON',
  'LIMIT',
  'INTERVAL',
]);

function readString(text: string, at: number, opening: string): { value: string; end: number; bytes: boolean } {
  const prefix = /^[a-zA-Z]*/.exec(opening)?.[0].toLowerCase() ?? '';
  const quote = opening.slice(prefix.length);
  const raw = prefix.includes('r');
  const bytes = prefix.includes('b');
  let position = at + opening.length;
  const begin = position;
  for (;;) {
    const character = text[position];
    if (character === undefined || (quote.length === 1 && (character === '\n' || character === '\r')))
      throw new SqlError(
        `Syntax error: Unclosed ${quote.length === 3 ? 'triple-quoted ' : ''}${bytes ? 'bytes' : 'string'} literal`,
        at,
      );
    if (character === '\\') position += 2;
    else if (text.startsWith(quote, position)) break;
    else position++;
  }
  const body = text.slice(begin, position).replace(/\r\n?/g, '\n');
  const value = raw ? body : decodeEscapes(body, at, bytes);
  const end = position + quote.length;
  // A bytes literal holds the UTF-8 of its characters; escapes are single bytes, marked by the private range in `decodeEscapes`.
  return { value: bytes ? toLatin1(value) : value, end, bytes };
}

/** Escaped bytes travel as U+10F700 + byte, so that they are told from characters that are still to be UTF-8 encoded. */
const BYTE_MARK = 0x10f700;

function decodeEscapes(body: string, at: number, bytes: boolean): string {
  return body.replace(
    /\\(?:([xX])([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/g,
    (whole, x, hex, u4, u8, octal, other) => {
      if (x ?? octal) {
        const code = x ? Number.parseInt(hex, 16) : Number.parseInt(octal, 8);
        return String.fromCodePoint(bytes ? BYTE_MARK + code : code);
      }
      if (u4 ?? u8) {
        const code = Number.parseInt(u4 ?? u8, 16);
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
          throw new SqlError(`Syntax error: Illegal escape sequence: ${whole}`, at);
        return String.fromCodePoint(code);
      }
      const simple = ESCAPES[other];
      if (simple === undefined) throw new SqlError(`Syntax error: Illegal escape sequence: ${whole}`, at);
      return simple;
    },
  );
}

function toLatin1(value: string): string {
  let out = '';
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    out +=
      code >= BYTE_MARK && code < BYTE_MARK + 256
        ? String.fromCharCode(code - BYTE_MARK)
        : Buffer.from(character, 'utf8').toString('latin1');
  }
  return out;
}
