import { SqlError } from '../sql-error.ts';

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

/** A string or bytes literal from its opening quotes on → its value, bytes as latin1, and where it ends. */
export function readLiteral(text: string, at: number, opening: string): { value: string; end: number; bytes: boolean } {
  const prefix = /^[a-zA-Z]*/.exec(opening)?.[0].toLowerCase() ?? '';
  const quote = opening.slice(prefix.length);
  const raw = prefix.includes('r');
  const bytes = prefix.includes('b');
  const begin = at + opening.length;
  let position = begin;
  for (;;) {
    const character = text[position];
    if (character === undefined || (quote.length === 1 && (character === '\n' || character === '\r'))) {
      const kind = `${quote.length === 3 ? 'triple-quoted ' : ''}${raw ? 'raw ' : ''}${bytes ? 'bytes' : 'string'}`;
      throw new SqlError(`Syntax error: Unclosed ${kind} literal`, at);
    }
    if (character === '\\') position += text.startsWith('\r\n', position + 1) ? 3 : 2;
    else if (text.startsWith(quote, position)) break;
    else position++;
  }
  const body = text.slice(begin, position);
  const plain = body.replace(/\r\n?/g, '\n');
  const value = raw ? (bytes ? utf8(plain) : plain) : decodeEscapes(body, begin, bytes);
  return { value, end: position + quote.length, bytes };
}

/** UTF-8 as latin1 text. */
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/**
 * The body of a literal or quoted name, which begins at `at`; an escape that is none fails where it stands. In bytes
 * escapes are single bytes, and characters their UTF-8.
 * Source: GoogleSQL's table of escape sequences, docs/lexical.md#escape_sequences
 */
export function decodeEscapes(body: string, at: number, bytes: boolean): string {
  const special = /\\|\r\n?/g;
  let out = '';
  let position = 0;
  const take = (end: number) => {
    const plain = body.slice(position, end);
    out += bytes ? utf8(plain) : plain;
  };
  for (let found = special.exec(body); found; found = special.exec(body)) {
    take(found.index);
    if (found[0] === '\\') {
      // The longest escape has ten characters.
      const one = readEscape(body.slice(found.index, found.index + 10), at + found.index, bytes);
      out += one.value;
      position = found.index + one.length;
    } else {
      out += '\n';
      position = found.index + found[0].length;
    }
    special.lastIndex = position;
  }
  take(body.length);
  return out;
}

function readEscape(rest: string, at: number, bytes: boolean): { value: string; length: number } {
  const letter = rest[1] ?? '';
  const illegal = (why: string) => new SqlError(`Syntax error: Illegal escape sequence: ${why}`, at);
  const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
  if (simple !== undefined) return { value: simple, length: 2 };
  if (letter === '\n' || letter === '\r') throw new SqlError('Syntax error: Illegal escaped newline', at);
  const byte = (code: number) => ({ value: String.fromCharCode(code), length: 4 });
  if (/[0-3]/.test(letter)) {
    const octal = /^[0-7]{3}/.exec(rest.slice(1))?.[0];
    if (octal === undefined)
      throw illegal(`Octal escape must be followed by 3 octal digits but saw: ${rest.slice(0, 4)}`);
    return byte(Number.parseInt(octal, 8));
  }
  if (letter === 'x' || letter === 'X') {
    const hex = /^[0-9a-fA-F]{2}/.exec(rest.slice(2))?.[0];
    if (hex === undefined) throw illegal(`Hex escape must be followed by 2 hex digits but saw: ${rest.slice(0, 4)}`);
    return byte(Number.parseInt(hex, 16));
  }
  if (letter !== 'u' && letter !== 'U') throw illegal(`\\${String.fromCodePoint(rest.codePointAt(1) ?? 0)}`);
  if (bytes) throw illegal(`Unicode escape sequence \\${letter} cannot be used in bytes literals`);
  const size = letter === 'u' ? 4 : 8;
  const whole = rest.slice(0, 2 + size);
  if (!/^[0-9a-fA-F]+$/.test(whole.slice(2)) || whole.length < 2 + size)
    throw illegal(`\\${letter} must be followed by ${size} hex digits but saw: ${whole}`);
  const code = Number.parseInt(whole.slice(2), 16);
  if (code > 0x10ffff) throw illegal(`Value of ${whole} exceeds Unicode limit (0x0010FFFF)`);
  if (code >= 0xd800 && code < 0xe000) throw illegal(`Unicode value ${whole} is invalid`);
  return { value: String.fromCodePoint(code), length: 2 + size };
}
