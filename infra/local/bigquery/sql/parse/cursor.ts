import { SqlError, unsupported } from '../sql-error.ts';
import { type Token, tokenize } from './lexer.ts';
import { RESERVED } from './reserved.ts';
import type { Identifier } from './tree.ts';

const DASHED = /[A-Za-z_]\w*(?:-\w+)+/y;

/** Reads tokens one after the other. Positional parameters are counted over the whole text. */
export interface Cursor {
  readonly text: string;
  readonly positional: { count: number };
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether the coming tokens are these keywords or symbols. */
  sees(...words: string[]): boolean;
  /** Takes them if they come. */
  takes(...words: string[]): boolean;
  /** Takes them or fails with a syntax error. */
  expect(...words: string[]): Token;
  /** A name that is no reserved keyword, or any quoted one. */
  identifier(): Identifier;
  seesIdentifier(ahead?: number): boolean;
  /** A name as `identifier` takes it, or one with dashes such as `my-project-12`. */
  dashedIdentifier(): Identifier;
  string(): string;
  /** Splits `>>` so that nested `ARRAY<STRUCT<…>>` closes one bracket at a time. */
  expectClosingAngle(): void;
  fail(expected?: string): SqlError;
  position(): number;
  rewind(position: number): void;
}

export function createCursor(text: string): Cursor {
  const tokens = tokenize(text);
  let index = 0;
  const peek = (ahead = 0): Token => tokens[Math.min(index + ahead, tokens.length - 1)] as Token;
  const matches = (token: Token, word: string) =>
    token.kind === 'name' ? token.word === word : token.kind === 'symbol' && token.text === word;
  const sees = (...words: string[]) => words.every((word, i) => matches(peek(i), word));
  const isIdentifier = (token: Token) =>
    token.kind === 'quoted' || (token.kind === 'name' && !RESERVED.has(token.word));
  const cursor: Cursor = {
    text,
    positional: { count: 0 },
    peek,
    next() {
      const token = peek();
      if (token.isGlued) throw new SqlError('Syntax error: Missing whitespace between literal and alias', token.end);
      if (index < tokens.length - 1) index++;
      return token;
    },
    sees,
    takes(...words) {
      if (!sees(...words)) return false;
      index += words.length;
      return true;
    },
    expect(...words) {
      const first = peek();
      for (const word of words) {
        if (!matches(peek(), word)) throw cursor.fail(word.length > 2 ? `keyword ${word}` : `"${word}"`);
        index++;
      }
      return first;
    },
    identifier() {
      const token = peek();
      if (!isIdentifier(token)) throw cursor.fail('identifier');
      index++;
      return { name: token.text, at: token.at, quoted: token.kind === 'quoted' };
    },
    seesIdentifier: (ahead = 0) => isIdentifier(peek(ahead)),
    dashedIdentifier() {
      const first = peek();
      DASHED.lastIndex = first.at;
      const name = first.kind === 'name' && isIdentifier(first) ? DASHED.exec(text)?.[0] : undefined;
      if (name === undefined) return cursor.identifier();
      // What was taken for numbers and points is read anew: `my-project-12.d` has no 12.
      const end = first.at + name.length;
      const before = [...tokens.slice(0, index), { ...first, text: name, word: '', end }];
      tokens.splice(0, tokens.length, ...tokenize(text, before, end));
      return cursor.identifier();
    },
    string() {
      const token = peek();
      if (token.kind !== 'string') throw cursor.fail('string literal');
      index++;
      return token.text;
    },
    expectClosingAngle() {
      const token = peek();
      if (token.kind === 'symbol' && token.text === '>>') {
        tokens[index] = { ...token, text: '>', at: token.at + 1 };
        return;
      }
      cursor.expect('>');
    },
    fail(expected) {
      const token = peek();
      if (token.kind === 'name' && token.word === 'COLLATE') return unsupported('COLLATE', token.at);
      const got = describe(token);
      return new SqlError(
        expected === undefined
          ? `Syntax error: Unexpected ${got}`
          : `Syntax error: Expected ${expected} but got ${got}`,
        token.at,
      );
    },
    position: () => index,
    rewind(position) {
      index = position;
    },
  };
  return cursor;
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'end of script';
    case 'name':
      return RESERVED.has(token.word) ? `keyword ${token.word}` : `identifier "${token.text}"`;
    case 'quoted':
      return `identifier \`${token.text}\``;
    case 'string':
      return `string literal ${JSON.stringify(token.text)}`;
    case 'bytes':
      return 'bytes literal';
    case 'integer':
      return `integer literal "${token.text}"`;
    case 'float':
      return `floating point literal "${token.text}"`;
    case 'parameter':
      return '"@"';
    case 'system':
      return '"@@"';
    case 'positional':
    case 'symbol':
      return `"${token.text}"`;
  }
}
