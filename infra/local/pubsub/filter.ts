import { ApiError } from '../api-error.ts';

/** Whether a subscription takes a message with these attributes. */
export type Filter = (attributes: Record<string, string>) => boolean;

/** Source of the limit and of the language: cloud.google.com/pubsub/docs/subscription-message-filter. */
const MAX_BYTES = 256;

/**
 * Google's filter language:
 *
 *     attributes:key   attributes.key = "value"   attributes.key != "value"   hasPrefix(attributes.key, "prefix")
 *     NOT term   term AND term   term OR term   ( expression )
 *
 * AND and OR are combined through parentheses only. Throws INVALID_ARGUMENT for anything else.
 */
export function parseFilter(text: string): Filter {
  if (text.trim() === '') return () => true;
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw refuse(text, `it has ${Buffer.byteLength(text)} bytes, and at most ${MAX_BYTES} are allowed`);
  const tokens = parseTokens(text);
  let position = 0;

  const peek = (): Token | undefined => tokens[position];
  const fail = (expected: string): ApiError =>
    refuse(text, `expected ${expected} at ${peek()?.at ?? text.length}, found ${peek()?.text ?? 'the end'}`);
  function accept(symbol: string): boolean {
    const token = peek();
    if (token?.kind !== 'symbol' || token.text !== symbol) return false;
    position++;
    return true;
  }
  function expect(symbol: string): void {
    if (!accept(symbol)) throw fail(`'${symbol}'`);
  }
  function value(kinds: readonly Token['kind'][], expected: string): string {
    const token = peek();
    if (!token || !kinds.includes(token.kind)) throw fail(expected);
    position++;
    return token.value;
  }
  const key = () => value(['word', 'string'], 'an attribute key');
  const string = () => value(['string'], 'a value in double quotes');

  function expression(): Filter {
    const terms = [term()];
    const token = peek();
    const operator = token?.kind === 'word' && (token.text === 'AND' || token.text === 'OR') ? token.text : undefined;
    while (operator !== undefined && peek()?.text === operator) {
      position++;
      terms.push(term());
    }
    const next = peek()?.text;
    if (next === 'AND' || next === 'OR') throw fail('parentheses around a mix of AND and OR');
    return operator === 'OR'
      ? (attributes) => terms.some((each) => each(attributes))
      : (attributes) => terms.every((each) => each(attributes));
  }

  function term(): Filter {
    const token = peek();
    if (token?.kind === 'word' && token.text === 'NOT') {
      position++;
      const negated = term();
      return (attributes) => !negated(attributes);
    }
    if (accept('(')) {
      const inner = expression();
      expect(')');
      return inner;
    }
    if (token?.kind === 'word' && token.text === 'hasPrefix') return hasPrefix();
    return comparison();
  }

  function hasPrefix(): Filter {
    position++;
    expect('(');
    const name = attribute();
    expect(',');
    const prefix = string();
    expect(')');
    return (attributes) => read(attributes, name)?.startsWith(prefix) ?? false;
  }

  function attribute(): string {
    if (peek()?.text !== 'attributes') throw fail("'attributes'");
    position++;
    expect('.');
    return key();
  }

  function comparison(): Filter {
    if (peek()?.text === 'attributes' && tokens[position + 1]?.text === ':') {
      position += 2;
      const name = key();
      return (attributes) => read(attributes, name) !== undefined;
    }
    const name = attribute();
    if (accept('=')) {
      const wanted = string();
      return (attributes) => read(attributes, name) === wanted;
    }
    if (!accept('!=')) throw fail("'=' or '!='");
    const unwanted = string();
    return (attributes) => read(attributes, name) !== unwanted;
  }

  const filter = expression();
  if (position < tokens.length) throw fail('the end');
  return filter;
}

/** A key may be `__proto__`: only the message's own attributes count. */
const read = (attributes: Record<string, string>, key: string): string | undefined =>
  Object.hasOwn(attributes, key) ? attributes[key] : undefined;

interface Token {
  kind: 'word' | 'string' | 'symbol';
  text: string;
  value: string;
  at: number;
}

const TOKEN = /\s*(?:(?<word>[A-Za-z0-9_-]+)|(?<string>"(?:[^"\\]|\\.)*")|(?<symbol>!=|[=:.,()]))/suy;

function parseTokens(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const { word, string, symbol } = TOKEN.exec(text)?.groups ?? {};
    const at = from + (text.slice(from).length - text.slice(from).trimStart().length);
    if (word !== undefined) tokens.push({ kind: 'word', text: word, value: word, at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string, value: parseString(text, string), at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, value: symbol, at });
    else throw refuse(text, `unexpected character ${JSON.stringify(text[at])} at ${at}`);
  }
  return tokens;
}

const ESCAPE = /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-7]{1,3})|([abfnrtv\\'"?])|(.))/gsu;
const SIMPLE: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** "You can also use Unicode, hexadecimal, and octal escape sequences within a string literal." */
function parseString(filter: string, literal: string): string {
  return literal.slice(1, -1).replace(ESCAPE, (_, short, long, hex, octal, simple, unknown) => {
    if (unknown !== undefined) throw refuse(filter, `unknown escape \\${unknown} in ${literal}`);
    if (simple !== undefined) return SIMPLE[simple] ?? simple;
    const point = octal === undefined ? Number.parseInt(short ?? long ?? hex, 16) : Number.parseInt(octal, 8);
    if (point > 0x10ffff) throw refuse(filter, `no character has the code of an escape in ${literal}`);
    return String.fromCodePoint(point);
  });
}

const refuse = (filter: string, why: string): ApiError =>
  new ApiError('INVALID_ARGUMENT', `Invalid filter given (filter=${filter}): ${why}.`);
