/**
 * The annotation of a surrogate, `NAME(LENGTH):TOKEN`, by which a token is found again in free text. LENGTH counts the token's
 * characters. Source: CryptoDeterministicConfig.surrogate_info_type in dlp.proto.
 */

export interface Surrogate {
  start: number;
  end: number;
  token: string;
}

export function annotate(name: string | undefined, token: string): string {
  return name ? `${name}(${token.length}):${token}` : token;
}

/** Every surrogate named `name` in the text, left to right. A count that the text is too short for makes none. */
export function findSurrogates(text: string, name: string): Surrogate[] {
  const found: Surrogate[] = [];
  const opening = `${name}(`;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) {
    const surrogate = readSurrogate(text, at, opening.length);
    if (!surrogate) continue;
    found.push(surrogate);
    at = surrogate.end - 1;
  }
  return found;
}

/** The token of a cell, whether or not it carries the annotation. */
export function tokenOf(text: string, name: string | undefined): string {
  if (!name || !text.startsWith(`${name}(`)) return text;
  const surrogate = readSurrogate(text, 0, name.length + 1);
  return surrogate?.end === text.length ? surrogate.token : text;
}

function readSurrogate(text: string, start: number, openingLength: number): Surrogate | undefined {
  const digits = start + openingLength;
  let at = digits;
  // Six digits count more characters than a request holds.
  while (at < digits + 6 && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  if (at === digits || text.slice(at, at + 2) !== '):') return undefined;
  const length = Number(text.slice(digits, at));
  const end = at + 2 + length;
  return length > 0 && end <= text.length ? { start, end, token: text.slice(at + 2, end) } : undefined;
}
