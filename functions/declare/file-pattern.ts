import type { FilePattern } from '../model/source.ts';
import type { ProblemCode } from './problem.ts';

/** One step through an object name. */
export type PatternPart =
  | { kind: 'literal'; text: string }
  /** `*`: any characters but the slash. */
  | { kind: 'within' }
  /** `**`: any characters. */
  | { kind: 'across' }
  | { kind: 'date'; format: string; parts: readonly DatePart[] };

export type DatePart = { kind: 'literal'; text: string } | { kind: 'token'; token: DateToken };
export type DateToken = 'YYYY' | 'MM' | 'DD' | 'HH';

/** What a token may read, as alternatives of digit ranges: so that `2026-13-45` is no date and matches nothing. */
export const DATE_DIGITS: Record<DateToken, readonly string[]> = {
  YYYY: ['0-9 0-9 0-9 0-9'],
  MM: ['0 1-9', '1 0-2'],
  DD: ['0 1-9', '1-2 0-9', '3 0-1'],
  HH: ['0-1 0-9', '2 0-3'],
};

export type PatternFault = { code: ProblemCode; message: string; remedy: string };
export type ParsedPattern = { parts: PatternPart[] } | { fault: PatternFault };

/**
 * `shop/*` + `/{date:YYYY-MM-DD}.csv` → parts. Everything but `*`, `**` and `{date:…}` is literal, whatever a shell would
 * make of it: object names may hold any character, `?`, `[` and line ends among them.
 */
export function parsePattern(glob: string): ParsedPattern {
  if (/^gs:\/\//.test(glob))
    return wrong('the pattern names a bucket', 'begin with the first folder: files lie in the raw bucket');
  if (glob.startsWith('/'))
    return wrong('the pattern begins with a slash', 'remove it: names in a bucket begin with the first folder');
  if (glob.endsWith('/')) return wrong('the pattern ends with a slash, so only folders match', 'add `*` at its end');

  const parts: PatternPart[] = [];
  for (const [piece] of glob.matchAll(/\*+|\{\w+(?::[^}]*)?\}|[^*{]+|\{/g)) {
    if (piece === '*') parts.push({ kind: 'within' });
    else if (piece === '**') parts.push({ kind: 'across' });
    else if (piece.startsWith('**'))
      return wrong(`\`${piece}\` is neither \`*\` nor \`**\``, 'write `**` to cross folders');
    else if (/^\{\w/.test(piece)) {
      const date = parseCapture(piece);
      if ('fault' in date) return date;
      if (parts.some((part) => part.kind === 'date')) return wrong('there are two captures', 'keep one `{date:…}`');
      parts.push(date);
    } else parts.push({ kind: 'literal', text: piece });
  }
  return { parts };
}

const wrong = (message: string, remedy: string): { fault: PatternFault } => ({
  fault: { code: 'BAD_PATTERN', message, remedy },
});

const DATE_REMEDY =
  'write `{date:YYYY-MM-DD}`, `{date:YYYYMMDD}`, `{date:YYYY-MM}` or with an hour `{date:YYYY-MM-DD-HH}`';

function parseCapture(piece: string): Extract<PatternPart, { kind: 'date' }> | { fault: PatternFault } {
  const [, name, format] = /^\{(\w+)(?::([^}]*))?\}$/.exec(piece) ?? [];
  if (name !== 'date' || format === undefined) return wrong(`\`${piece}\` is not a capture`, DATE_REMEDY);
  const parts: DatePart[] = [];
  const tokens: DateToken[] = [];
  for (const [text] of format.matchAll(/YYYY|MM|DD|HH|[\s\S]/g)) {
    if (text === 'YYYY' || text === 'MM' || text === 'DD' || text === 'HH') {
      tokens.push(text);
      parts.push({ kind: 'token', token: text });
    } else if (/[A-Za-z0-9*{]/.test(text) && text !== 'T')
      return wrong(`\`${text}\` in \`${piece}\` is no part of a date`, DATE_REMEDY);
    else parts.push({ kind: 'literal', text });
  }
  // Largest first and none left out, so that the captured texts of one pattern sort by time.
  const order: readonly DateToken[] = ['YYYY', 'MM', 'DD', 'HH'];
  if (tokens.length === 0 || tokens.some((token, at) => token !== order[at])) {
    return wrong(`\`${piece}\` does not name a date from the year down`, DATE_REMEDY);
  }
  return { kind: 'date', format, parts };
}

/** Parts → what the functions match object names by: anchored, without flags; the capture is the group `date`. */
export function compilePattern(glob: string, parts: readonly PatternPart[]): FilePattern {
  const date = parts.find((part) => part.kind === 'date');
  return {
    glob,
    regex: `^${parts.map(renderPart).join('')}$`,
    prefix: literalStart(parts),
    ...(date === undefined ? {} : { dateFormat: date.format }),
  };
}

function literalStart(parts: readonly PatternPart[]): string {
  let prefix = '';
  for (const part of parts) {
    if (part.kind !== 'literal') break;
    prefix += part.text;
  }
  return prefix;
}

function renderPart(part: PatternPart): string {
  switch (part.kind) {
    case 'literal':
      return quoteMeta(part.text);
    case 'within':
      return '[^/]*';
    case 'across':
      return '[\\s\\S]*';
    case 'date':
      return `(?<date>${part.parts.map((piece) => (piece.kind === 'literal' ? quoteMeta(piece.text) : renderToken(piece.token))).join('')})`;
  }
}

const renderToken = (token: DateToken): string =>
  `(?:${DATE_DIGITS[token]
    .map((digits) =>
      digits
        .split(' ')
        .map((range) => (range.length > 1 ? `[${range}]` : range))
        .join(''),
    )
    .join('|')})`;

const quoteMeta = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
