/**
 * JSON-formatted STRINGs are not validated: a function reads on until it has what its path names, and no further. What it
 * reads is more than JSON: single quotes, commas without a value (null) or behind the last one, escapes of C.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#differences_json_and_string
 */
export type TextNode =
  | { kind: 'null' }
  /** A number as it is written, or a truth value. */
  | { kind: 'plain'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'array'; items: TextNode[] }
  | { kind: 'object'; members: [key: string, value: TextNode][] };

const SPACE = /[\t\n\v\f\r ]*/y;
// Lookaheads keep the digits whole: `1.` and `1e` are no numbers, and not `1` either.
const NUMBER = /-?(?:0|[1-9]\d*(?!\d))(?:\.\d+(?!\d)|(?!\.))(?:[eE][+-]?\d+(?!\d)|(?![eE]))/y;
const IN_DOUBLE = /[^"\\]+/y;
const IN_SINGLE = /[^'\\]+/y;
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const MOST_LEVELS = 1000;

/** In double quotes; the two separators are escaped too, since JavaScript's old strings end at them. */
export const quoteJson = (text: string): string =>
  JSON.stringify(text).replace(/[\u2028\u2029]/g, (one) => (one === '\u2028' ? '\\u2028' : '\\u2029'));

export function renderNode(node: TextNode, quote: (text: string) => string = quoteJson): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'plain':
      return node.text;
    case 'string':
      return quote(node.value);
    case 'array':
      return `[${node.items.map((item) => renderNode(item, quote)).join(',')}]`;
    case 'object':
      return `{${node.members.map(([key, value]) => `${quote(key)}:${renderNode(value, quote)}`).join(',')}}`;
  }
}

/** With line breaks and two spaces a level; empty arrays and objects stay on their line. */
export function renderPretty(node: TextNode, indent = ''): string {
  const inner = `${indent}  `;
  if (node.kind === 'array' && node.items.length > 0)
    return `[\n${node.items.map((item) => inner + renderPretty(item, inner)).join(',\n')}\n${indent}]`;
  if (node.kind === 'object' && node.members.length > 0)
    return `{\n${node.members
      .map(([key, value]) => `${inner}${quoteJson(key)}: ${renderPretty(value, inner)}`)
      .join(',\n')}\n${indent}}`;
  return renderNode(node);
}

/**
 * The first value at the path, if the text is sound up to there. A token names a member of an object, or a place in an
 * array that `placeOf` reads from it. Throws below 1,000 levels.
 */
export function findInText(
  text: string,
  tokens: readonly string[],
  placeOf: (token: string) => number | undefined,
): TextNode | undefined {
  let at = 0;
  let found: TextNode | undefined;

  const sticky = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    if (match !== undefined) at += match.length;
    return match;
  };
  const next = () => {
    sticky(SPACE);
    return text[at] ?? '';
  };
  const enter = (level: number) => {
    if (level >= MOST_LEVELS)
      throw new Error(`JSON parsing failed due to deeply nested array/struct. Maximum nesting depth is ${MOST_LEVELS}`);
    at++;
  };

  const readString = (): string | undefined => {
    const quote = text[at++];
    let out = '';
    for (;;) {
      const letter = text[at];
      if (letter === undefined) return undefined;
      if (letter === quote) {
        at++;
        return out.toWellFormed();
      }
      if (letter !== '\\') {
        out += sticky(quote === '"' ? IN_DOUBLE : IN_SINGLE) ?? '';
        continue;
      }
      const escaped = text[at + 1];
      if (escaped === undefined) return undefined;
      const hex = escaped === 'u' ? 4 : escaped === 'x' ? 2 : 0;
      const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
      if (hex > 0) {
        const digits = text.slice(at + 2, at + 2 + hex);
        if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < hex) return undefined;
        out += String.fromCharCode(Number.parseInt(digits, 16));
        at += 2 + hex;
      } else if (octal !== undefined) {
        out += String.fromCharCode(Number.parseInt(octal, 8));
        at += 1 + octal.length;
      } else {
        out += ESCAPES[escaped] ?? escaped;
        at += 2;
      }
    }
  };

  /** Each member or element in turn, up to the closing bracket; false where the text is unsound or `each` wants no more. */
  const readAll = (close: string, level: number, each: (index: number) => boolean): boolean => {
    enter(level);
    if (next() === close) {
      at++;
      return true;
    }
    for (let index = 0; ; index++) {
      if (!each(index)) return false;
      const end = next();
      at++;
      if (end === close) return true;
      if (end !== ',') return false;
      if (next() === close) {
        at++;
        return true;
      }
    }
  };
  const readKey = (): string | undefined => {
    const quote = next();
    if (quote !== '"' && quote !== "'") return undefined;
    const key = readString();
    if (key === undefined || next() !== ':') return undefined;
    at++;
    return key;
  };

  const read = (level: number): TextNode | undefined => {
    const first = next();
    if (first === '"' || first === "'") {
      const value = readString();
      return value === undefined ? undefined : { kind: 'string', value };
    }
    if (first === '{') {
      const members: [string, TextNode][] = [];
      const isWhole = readAll('}', level, () => {
        const key = readKey();
        const value = key === undefined ? undefined : read(level + 1);
        if (key !== undefined && value) members.push([key, value]);
        return value !== undefined;
      });
      return isWhole ? { kind: 'object', members } : undefined;
    }
    if (first === '[') {
      const items: TextNode[] = [];
      const isWhole = readAll(']', level, () => {
        const item = read(level + 1);
        if (item) items.push(item);
        return item !== undefined;
      });
      return isWhole ? { kind: 'array', items } : undefined;
    }
    if (first === ',' || first === ']') return { kind: 'null' };
    for (const word of ['true', 'false', 'null'])
      if (text.startsWith(word, at)) {
        at += word.length;
        return word === 'null' ? { kind: 'null' } : { kind: 'plain', text: word };
      }
    const number = sticky(NUMBER);
    return number === undefined ? undefined : { kind: 'plain', text: number };
  };

  /** Reads a value of which so many tokens match; false ends the search. */
  const walk = (matched: number, level: number): boolean => {
    const token = tokens[matched];
    if (token === undefined) {
      found = read(level);
      return false;
    }
    const first = next();
    if (first === '{')
      return readAll('}', level, () => {
        const key = readKey();
        if (key === undefined) return false;
        return key === token ? walk(matched + 1, level + 1) : read(level + 1) !== undefined;
      });
    if (first === '[') {
      const place = placeOf(token);
      return readAll(']', level, (index) =>
        index === place ? walk(matched + 1, level + 1) : read(level + 1) !== undefined,
      );
    }
    return read(level) !== undefined;
  };
  walk(0, 0);
  return found;
}
