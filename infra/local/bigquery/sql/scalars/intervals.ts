import { defineScalar, type ScalarFunction } from './scalar.ts';

export interface IntervalParts {
  months: bigint;
  days: bigint;
  micros: bigint;
}

/** The parts that an interval's text may name, longest first. */
export const INTERVAL_PARTS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;
export type IntervalPart = (typeof INTERVAL_PARTS)[number];

const signed = (sign: string | undefined, value: bigint) => (sign === '-' ? -value : value);
const fraction = (digits: string | undefined) => BigInt((digits ?? '').padEnd(6, '0').slice(0, 6));

/** `Y-M D H:M:S.F`, or those of its parts that lie between `from` and `to`. Undefined where the text is none. */
export function readInterval(text: string, from: IntervalPart, to: IntervalPart): IntervalParts | undefined {
  const [first, last] = [INTERVAL_PARTS.indexOf(from), INTERVAL_PARTS.indexOf(to)];
  const has = (part: IntervalPart) => first <= INTERVAL_PARTS.indexOf(part) && INTERVAL_PARTS.indexOf(part) <= last;
  const groups: string[] = [];
  if (has('YEAR') && has('MONTH')) groups.push('(?<ys>[-+]?)(?<y>\\d+)-(?<mo>\\d+)');
  else if (has('YEAR')) groups.push('(?<ys>[-+]?)(?<y>\\d+)');
  else if (has('MONTH')) groups.push('(?<ys>[-+]?)(?<mo>\\d+)');
  if (has('DAY')) groups.push('(?<ds>[-+]?)(?<d>\\d+)');
  const clock = [
    has('HOUR') && '(?<h>\\d+)',
    has('MINUTE') && '(?<mi>\\d+)',
    has('SECOND') && '(?<s>\\d*)(?:\\.(?<f>\\d{0,9}))?',
  ].filter((part) => part !== false);
  if (clock.length > 0) groups.push(`(?<cs>[-+]?)${clock.join(':')}`);
  const found = new RegExp(`^\\s*${groups.join('\\s+')}\\s*$`).exec(text)?.groups;
  if (!found) return undefined;
  const number = (name: string) => BigInt(found[name] || 0);
  return {
    months: signed(found.ys, number('y') * 12n + number('mo')),
    days: signed(found.ds, number('d')),
    micros: signed(found.cs, (number('h') * 3600n + number('mi') * 60n + number('s')) * 1_000_000n + fraction(found.f)),
  };
}

/** ISO 8601: `P1Y2M3W4DT5H6M7.8S`, each number with its own sign. */
function readIso(text: string): IntervalParts | undefined {
  const n = '([-+]?\\d+)';
  const found = new RegExp(
    `^P(?=.)(?:${n}Y)?(?:${n}M)?(?:${n}W)?(?:${n}D)?(?:T(?=.)(?:${n}H)?(?:${n}M)?(?:([-+]?)(\\d+)(?:[.,](\\d{1,9}))?S)?)?$`,
  ).exec(text);
  if (!found) return undefined;
  const [y, mo, w, d, h, mi] = found.slice(1, 7).map((one) => BigInt(one ?? 0)) as bigint[];
  const seconds = signed(found[7], BigInt(found[8] ?? 0) * 1_000_000n + fraction(found[9]));
  return {
    months: (y ?? 0n) * 12n + (mo ?? 0n),
    days: (w ?? 0n) * 7n + (d ?? 0n),
    micros: ((h ?? 0n) * 3600n + (mi ?? 0n) * 60n) * 1_000_000n + seconds,
  };
}

/** What a cast reads: the whole canonical form, its date or time part alone, or ISO 8601. */
function castInterval(text: string): bigint[] {
  const found =
    readInterval(text, 'YEAR', 'SECOND') ??
    readInterval(text, 'YEAR', 'MONTH') ??
    readInterval(text, 'YEAR', 'DAY') ??
    readInterval(text, 'DAY', 'SECOND') ??
    readInterval(text, 'HOUR', 'SECOND') ??
    readIso(text);
  if (!found) throw new Error(`Invalid INTERVAL value '${text}'`);
  return [found.months, found.days, found.micros];
}

export const INTERVAL_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_interval_parts', ['text'], 'integers', castInterval),
];
