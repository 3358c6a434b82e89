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

/** Text that is known to be JSON → its value. Of repeated keys the first counts. `asWritten` leaves numbers their spelling. */
export function readJson(text: string, asWritten = false): JsonValue {
  TOKEN.lastIndex = 0;
  const next = () => {
    const match = TOKEN.exec(text);
    if (!match) throw new Error('syntax error in JSON');
    return match;
  };
  const read = (match: RegExpExecArray): JsonValue => {
    const [, string, number, word, symbol] = match;
    if (string !== undefined) return { kind: 'string', value: JSON.parse(string) };
    if (number !== undefined) return { kind: 'number', text: asWritten ? number : numberText(number) };
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
  if (/^-?\d+$/.test(text)) {
    const integer = BigInt(text);
    if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return String(integer);
  }
  const short = String(Number(text)).replace(/^(-?)0\.(0+)([1-9]\d*)$/, (whole, sign, zeros, digits) =>
    zeros.length < 4
      ? whole
      : `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e-${zeros.length + 1}`,
  );
  return /^-?\d+$/.test(short) ? `${short}.0` : short;
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

/** With line breaks and two spaces a level; empty arrays and objects stay on their line. Members keep their order. */
export function renderPretty(value: JsonValue, indent = ''): string {
  const inner = `${indent}  `;
  if (value.kind === 'array' && value.items.length > 0)
    return `[\n${value.items.map((item) => inner + renderPretty(item, inner)).join(',\n')}\n${indent}]`;
  if (value.kind === 'object' && value.members.size > 0)
    return `{\n${[...value.members]
      .map(([key, one]) => `${inner}${JSON.stringify(key)}: ${renderPretty(one, inner)}`)
      .join(',\n')}\n${indent}}`;
  return renderJson(value);
}

export type PathStep = string | number;

/** `$.a."b c"[0]['d']` → its steps. Throws where it is no path. */
export function readPath(path: string): PathStep[] {
  if (!path.startsWith('$')) throw new Error("JSONPath must start with '$'");
  const steps: PathStep[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const match =
      /^\.([^.[\]"'\s*]+)/.exec(rest) ??
      /^\."((?:[^"\\]|\\.)*)"/.exec(rest) ??
      /^\['((?:[^'\\]|\\.)*)'\]/.exec(rest) ??
      /^\["((?:[^"\\]|\\.)*)"\]/.exec(rest) ??
      /^\[(\d+)\]/.exec(rest);
    if (!match) throw new Error(`Invalid token in JSONPath at: ${rest}`);
    const [whole, key = ''] = match;
    steps.push(/^\[\d/.test(whole) ? Number(key) : key.replace(/\\(.)/g, '$1'));
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
