import { isWideInteger, jsonDouble } from './json-numbers.ts';

/** A JSON value whose numbers keep their text: 64-bit integers and `1.0` survive. Keys are sorted, as BigQuery keeps them. */
export type JsonValue =
  | { kind: 'null' }
  | { kind: 'bool'; value: boolean }
  | { kind: 'number'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'array'; items: JsonValue[] }
  | { kind: 'object'; members: Map<string, JsonValue> };

export const JSON_NULL: JsonValue = { kind: 'null' };

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([[\]{},:]))/y;

/** Text that is known to be JSON → its value. Of repeated keys the first counts. */
export function readJson(text: string): JsonValue {
  TOKEN.lastIndex = 0;
  const next = () => {
    const match = TOKEN.exec(text);
    if (!match) throw new Error('syntax error in JSON');
    return match;
  };
  const read = (match: RegExpExecArray): JsonValue => {
    const [, string, number, word, symbol] = match;
    if (string !== undefined) return { kind: 'string', value: JSON.parse(string) };
    if (number !== undefined) return { kind: 'number', text: numberText(number) };
    if (word !== undefined) return word === 'null' ? JSON_NULL : { kind: 'bool', value: word === 'true' };
    if (symbol === '[') return readArray();
    if (symbol === '{') return readObject();
    throw new Error('syntax error in JSON');
  };
  const readArray = (): JsonValue => {
    const items: JsonValue[] = [];
    let match = next();
    while (match[4] !== ']') {
      items.push(read(match));
      match = next();
      if (match[4] === ',') match = next();
    }
    return { kind: 'array', items };
  };
  const readObject = (): JsonValue => {
    const members = new Map<string, JsonValue>();
    let match = next();
    while (match[4] !== '}') {
      const key: string = JSON.parse(match[1] ?? '""');
      next();
      const value = read(next());
      if (!members.has(key)) members.set(key, value);
      match = next();
      if (match[4] === ',') match = next();
    }
    return { kind: 'object', members };
  };
  return read(next());
}

/** Integers of 64 bits stay as they are; other numbers are doubles, written as BigQuery writes them. */
function numberText(text: string): string {
  if (isWideInteger(text)) return String(BigInt(text));
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error(`Invalid input to PARSE_JSON: Input number: ${text} is out of range`);
  return jsonDouble(number);
}

const byCodePoint = ([a]: [string, unknown], [b]: [string, unknown]) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function renderJson(value: JsonValue): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'bool':
      return String(value.value);
    case 'number':
      return value.text;
    case 'string':
      return JSON.stringify(value.value);
    case 'array':
      return `[${value.items.map(renderJson).join(',')}]`;
    case 'object':
      return `{${[...value.members]
        .sort(byCodePoint)
        .map(([key, one]) => `${JSON.stringify(key)}:${renderJson(one)}`)
        .join(',')}}`;
  }
}

export type PathStep = string | number;

const KEY = /^\.([\p{L}\p{N}_\-:\t\n\f\r ]+)/u;
const QUOTED_KEY = /^\."((?:[^\\"]|\\"|\\[^"])*)"/;
const PLACE = /^\[(\d+)\]/;

/** `$.a."b c"[0]` of what changes JSON → its steps: here a key is never an array's place. Throws where it is no path. */
export function readPath(path: string): PathStep[] {
  if (!path.startsWith('$')) throw new Error("JSONPath must start with '$'");
  const steps: PathStep[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const [key, quoted, place] = [KEY, QUOTED_KEY, PLACE].map((pattern) => pattern.exec(rest));
    const match = key ?? quoted ?? place;
    if (!match) throw new Error(`Invalid token in JSONPath at: ${rest}`);
    const [whole, token = ''] = match;
    steps.push(place ? Number(token) : quoted ? token.replaceAll('\\"', '"') : token);
    rest = rest.slice(whole.length);
  }
  return steps;
}

export function valueAt(value: JsonValue, steps: readonly PathStep[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of steps) {
    if (typeof step === 'number') at = at?.kind === 'array' ? at.items[step] : undefined;
    else at = at?.kind === 'object' ? at.members.get(step) : undefined;
    if (at === undefined) return undefined;
  }
  return at;
}
