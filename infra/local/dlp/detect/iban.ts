import { LIKELY, VERY_LIKELY } from '../inspect/likelihood.ts';
import { passesMod97 } from './checksums.ts';
import type { Detector } from './detector.ts';
import { isDigit, isWordAt } from './scan.ts';

/**
 * Length of each country's IBAN. Source: SWIFT IBAN Registry; banks of the last line's countries use the form though the
 * registry leaves them out.
 */
const LENGTHS: Record<string, number> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 ' +
    'AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export const IBAN: Detector = {
  infoTypes: ['IBAN_CODE'],
  needsDigits: true,
  find({ text, runs, tied, tiedCount }, report) {
    let end = 0;
    for (let k = 0; k < tiedCount; k++) {
      const run = tied[k] as number;
      const digits = runs[run * 2] as number;
      // Two check digits follow the country's letters; they may stand alone or begin a longer run.
      if ((runs[run * 2 + 1] as number) - digits < 2) continue;
      if (!isAsciiLetter(text.charCodeAt(digits - 1)) || !isAsciiLetter(text.charCodeAt(digits - 2))) continue;
      const start = digits - 2;
      if (start < end || isWordAt(text, start - 1) || isTied(text, start - 1, -1)) continue;
      const found = ibanAt(text, start);
      if (!found) continue;
      report('IBAN_CODE', start, found.end, found.uniform ? VERY_LIKELY : LIKELY);
      end = found.end;
    }
  },
};

const isAsciiLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

function ibanAt(text: string, start: number): { end: number; uniform: boolean } | undefined {
  const length = LENGTHS[text.slice(start, start + 2).toUpperCase()];
  return length === undefined ? undefined : collect(text, start, length);
}

/** Blanks included, an IBAN's head stands no further ahead of sixteen digits that are part of it. */
const LONGEST_HEAD = 24;

/** Whether the digits are the rest of an IBAN: `PK36 SCBL 0000 0011 2345 6702` ends in what may pass for a card's number. */
export function isInIban(text: string, start: number, end: number): boolean {
  for (let at = start - 4; at >= 0 && at >= start - LONGEST_HEAD; at--) {
    if (!isDigit(text.charCodeAt(at + 2)) || !isDigit(text.charCodeAt(at + 3))) continue;
    if (!isAsciiLetter(text.charCodeAt(at)) || !isAsciiLetter(text.charCodeAt(at + 1)) || isWordAt(text, at - 1))
      continue;
    if ((ibanAt(text, at)?.end ?? 0) >= end) return true;
  }
  return false;
}

/** The IBAN at `start`, its letters all capital or all small, in one piece or in groups split by single blanks or hyphens. */
function collect(text: string, start: number, length: number): { end: number; uniform: boolean } | undefined {
  let compact = '';
  let at = start;
  let brokenAt = 0;
  let uniform = true;
  while (compact.length < length) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a)) {
      compact += text[at];
    } else if ((code === 0x20 || code === 0x2d) && compact.length > brokenAt) {
      // Printed IBANs are split after every fourth character.
      if (compact.length % 4 !== 0) uniform = false;
      brokenAt = compact.length;
    } else {
      return undefined;
    }
    at++;
  }
  // A UUID holds what looks like an Estonian IBAN in hyphenated groups.
  if (isWordAt(text, at) || isTied(text, at, 1)) return undefined;
  const upper = compact.toUpperCase();
  if (compact !== upper && compact !== compact.toLowerCase()) return undefined;
  return passesMod97(upper) ? { end: at, uniform } : undefined;
}

/** Whether a hyphen ties the code to what stands beyond it. */
function isTied(text: string, at: number, step: 1 | -1): boolean {
  return text.charCodeAt(at) === 0x2d && isWordAt(text, at + step);
}
