import { SqlError, unsupported } from '../sql-error.ts';

/** `$.a."b c"[0]`, or `$['a']` in the legacy functions → DuckDB's path, each key quoted. */
export function toDuckPath(path: string, legacy: boolean, at: number): string {
  if (!path.startsWith('$')) throw new SqlError("JSONPath must start with '$'", at);
  let out = '$';
  let rest = path.slice(1);
  while (rest !== '') {
    const match =
      /^\.([A-Za-z_][\w-]*)/.exec(rest) ??
      /^\."((?:[^"\\]|\\.)*)"/.exec(rest) ??
      (legacy ? /^\['((?:[^'\\]|\\.)*)'\]/.exec(rest) : null) ??
      /^\[(\d+)\]/.exec(rest);
    if (!match) {
      if (/^\.?\*|^\[\*\]|^\.\./.test(rest)) throw unsupported('JSONPath with wildcards', at);
      throw new SqlError(`Invalid token in JSONPath at: ${rest}`, at);
    }
    const [whole, key = ''] = match;
    if (whole.startsWith('[') && !whole.startsWith("['")) out += `[${key}]`;
    else if (/["\\]/.test(key)) throw unsupported('JSONPath keys with quotes or backslashes', at);
    else out += `."${key}"`;
    rest = rest.slice(whole.length);
  }
  return out;
}
