import type { Release } from '../model/release.ts';
import type { Source } from '../model/source.ts';

export interface Match {
  source: Source;
  /** The name's `{date:…}`, `YYYY-MM-DD`. */
  capturedDate?: string;
}

/** The source that an object's name belongs to; overlapping patterns do not compile, so there is one at most. */
export function matchSource(release: Release, objectName: string): Match | undefined {
  for (const source of release.sources) {
    if (!objectName.startsWith(source.files.prefix)) continue;
    const match = new RegExp(source.files.regex).exec(objectName);
    if (!match) continue;
    const text = match.groups?.date;
    const capturedDate =
      text !== undefined && source.files.dateFormat ? isoDate(text, source.files.dateFormat) : undefined;
    return { source, ...(capturedDate && { capturedDate }) };
  }
  return undefined;
}

/** `20260131` by `YYYYMMDD` → `2026-01-31`; parts that the format lacks are 01. */
function isoDate(text: string, format: string): string {
  const part = (token: string, fallback: string): string => {
    const at = format.indexOf(token);
    return at === -1 ? fallback : text.slice(at, at + token.length);
  };
  return `${part('YYYY', '1970')}-${part('MM', '01')}-${part('DD', '01')}`;
}
