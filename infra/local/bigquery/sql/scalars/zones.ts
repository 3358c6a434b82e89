import { defineScalar, type ScalarFunction } from './scalar.ts';

const WORD = '[A-Z0-9][A-Za-z0-9]*(?:[_-](?:(?:au|es|of)[_-])?[A-Z0-9][A-Za-z0-9]*)*';
/**
 * Names as the tz database has them; whether there is a place of that name is DuckDB's to say. DuckDB's own names are
 * ICU's: the abbreviations among them (PST, IST) are none of the tz database, whose case counts.
 */
const NAME = new RegExp(
  `^(?:(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)(?:/${WORD})+|Etc/[A-Z][A-Za-z]+(?:[+-]?[0-9]+)?|CET|CST6CDT|Cuba|EET|EST|EST5EDT|Egypt|Eire|GB|GB-Eire|GMT|GMT[+-]?0|Greenwich|HST|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|MET|MST|MST7MDT|NZ|NZ-CHAT|Navajo|PRC|PST8PDT|Poland|Portugal|ROC|ROK|Singapore|Turkey|UCT|UTC|Universal|W-SU|WET|Zulu)$`,
);
const MOST = 14n * 60n;

/** The minutes that `+5`, `-08:00` or `UTC+530` stand east of UTC; null of a name, which DuckDB knows. */
function zoneOffset(zone: string): bigint | null {
  const [, sign, hours = '0', minutes = '0'] = /^(?:UTC)?([+-])(\d{1,2})(?::?(\d{1,2}))?$/.exec(zone) ?? [];
  if (sign === undefined) {
    if (NAME.test(zone)) return null;
    throw new Error(`Invalid time zone: ${zone}`);
  }
  const offset = BigInt(hours) * 60n + BigInt(minutes);
  if (BigInt(minutes) > 59n || offset > MOST) throw new Error(`Invalid time zone: ${zone}`);
  return sign === '-' ? -offset : offset;
}

export const ZONE_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_zone_offset', ['text'], 'integer', zoneOffset),
];
