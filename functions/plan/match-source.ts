import type { Release } from '../model/release.ts';
import type { Source } from '../model/source.ts';

export interface Match {
  source: Source;
  /** The name's `{date:…}`, as exactly as the name says it: `2026`, `2026-01`, `2026-01-31` or `2026-01-31T05`, as marks name partitions. */
  capturedDate?: string;
}

/**
 * The source that an object's name belongs to; overlapping patterns do not compile, so there is one at most. A date that
 * no calendar has (2026-02-30) is no date, as 2026-13-45 is none for the pattern itself: such a name belongs to nobody
 * and waits in quarantine, since a snapshot that is ordered by a guess may replace a newer one.
 */
export function matchSource(release: Release, objectName: string): Match | undefined {
  for (const source of release.sources) {
    const { prefix, regex, dateFormat } = source.files;
    if (!objectName.startsWith(prefix)) continue;
    const match = new RegExp(regex).exec(objectName);
    if (!match) continue;
    const text = match.groups?.date;
    if (text === undefined || dateFormat === undefined) return { source };
    const capturedDate = isoDate(text, dateFormat);
    if (capturedDate !== undefined) return { source, capturedDate };
  }
  return undefined;
}

/** `20260131` by `YYYYMMDD` → `2026-01-31`. */
function isoDate(text: string, format: string): string | undefined {
  const part = (token: string): string | undefined => {
    const at = format.indexOf(token);
    return at === -1 ? undefined : text.slice(at, at + token.length);
  };
  const [year = '', month, day, hour] = [part('YYYY'), part('MM'), part('DD'), part('HH')];
  const date = [year, month, day].filter((one) => one !== undefined).join('-');
  return isDay(`${year}-${month ?? '01'}-${day ?? '01'}`)
    ? `${date}${hour === undefined ? '' : `T${hour}`}`
    : undefined;
}

/** The warehouse's calendar begins with the year 1. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text) && text >= '0001-01-01';
}
