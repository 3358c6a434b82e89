import { expect, test } from 'vitest';
import { compileParse } from '../../../../../../infra/local/bigquery/sql/times/read-format.ts';
import type { TimeKind } from '../../../../../../infra/local/bigquery/sql/times/time-model.ts';

function read(format: string, text: string, kind: TimeKind = 'TIMESTAMP'): string {
  const { micros, zone } = compileParse(format, kind)(text);
  const time = new Date(Number(micros / 1000n)).toISOString().slice(0, -1);
  return `${time}${micros % 1000n === 0n ? '' : micros % 1000n}${zone === undefined ? '' : ` ${zone}`}`;
}

test.each([
  ['%Y%m%d', '20081225', '2008-12-25T00:00:00.000'],
  ['%Y %b %e', '2008 Dec  5', '2008-12-05T00:00:00.000'],
  ['%A %B %e %Y', 'friday DECEMBER 25 2008', '2008-12-25T00:00:00.000'],
  ['%Y %j', '2008 060', '2008-02-29T00:00:00.000'],
  ['%y', '69', '1969-01-01T00:00:00.000'],
  ['%y', '68', '2068-01-01T00:00:00.000'],
  ['%C%y', '1908', '1908-01-01T00:00:00.000'],
  ['%C', '19', '1900-01-01T00:00:00.000'],
  ['%y %Y', '08 1999', '1999-01-01T00:00:00.000'],
  ['%Y %y', '1999 08', '2008-01-01T00:00:00.000'],
  ['%d/%d', '01/02', '1970-01-02T00:00:00.000'],
  ['%D %T', '1/2/17 3:4:5', '2017-01-02T03:04:05.000'],
  ['%c', 'Thu Dec 25 07:30:00 2008', '2008-12-25T07:30:00.000'],
  ['%I:%M %p', '12:05 am', '1970-01-01T00:05:00.000'],
  ['%p %I', 'PM 12', '1970-01-01T12:00:00.000'],
  ['%I', '12', '1970-01-01T00:00:00.000'],
  ['%H %I %p', '13 02 PM', '1970-01-01T14:00:00.000'],
  ['%I %p %H', '02 PM 13', '1970-01-01T13:00:00.000'],
  ['%r', '07:30:01 PM', '1970-01-01T19:30:01.000'],
  ['%k:%M', ' 7:30', '1970-01-01T07:30:00.000'],
  ['%E*S', '59.5', '1970-01-01T00:00:59.500'],
  ['%E*S', '05.123456789', '1970-01-01T00:00:05.123456'],
  ['%E3S', '05.12', '1970-01-01T00:00:05.120'],
  ['%T', '23:59:60', '1970-01-02T00:00:00.000'],
  ['%s %F', '1545233618 2001-01-01', '2018-12-19T15:33:38.000 UTC'],
  ['%F %T %z', '2008-12-25 07:30:00 +0530', '2008-12-25T02:00:00.000 UTC'],
  ['%FT%H:%M:%E*S%Ez', '2020-01-01T00:00:00.5Z', '2020-01-01T00:00:00.500 UTC'],
  ['%F %Z', '2008-12-25 America/Los_Angeles', '2008-12-25T00:00:00.000 America/Los_Angeles'],
  ['%F %z %Z', '2008-12-25 +0530 Asia/Tokyo', '2008-12-25T00:00:00.000 Asia/Tokyo'],
  ['%F%n%t ', '2008-12-25', '2008-12-25T00:00:00.000'],
  ['  %F  ', '2008-12-25\n', '2008-12-25T00:00:00.000'],
  ['100%%%Y', '100%2008', '2008-01-01T00:00:00.000'],
  ['', '', '1970-01-01T00:00:00.000'],
])('%j reads %j', (format, text, time) => {
  expect(read(format, text)).toBe(time);
});

test.each([
  ['%Y-%m-%d', '2017-02-30', 'Out-of-range datetime field'],
  ['%Y %j', '2017 366', 'has 365 days'],
  ['%F', '2017-02-03x', 'Failed to parse input string'],
  ['%F', '', 'Failed to parse input string'],
  ['%FT%T', '2017-02-03 01:02:03', "Mismatch between format character 'T' and string character ' '"],
  ['%E4Y', '99', 'Failed to parse input string'],
  ['%H', '24', 'Failed to parse input string'],
  ['%E*S', '05.', 'Failed to parse input string'],
  ['%z', '+05:30', 'Failed to parse input string'],
  ['%z', '+1430', 'Timezone offset out of valid range'],
  ['%Y %', '2017 1', "Format string cannot end with a single '%'"],
  ['%U', '1', 'not supported by the embedded warehouse: format element %U when parsing'],
  ['%j %d', '1 1', 'not supported by the embedded warehouse: %j beside a month or day'],
])('%j does not read %j', (format, text, message) => {
  expect(() => read(format, text)).toThrow(message);
});

test.each([
  ['DATE', '%H', 'Invalid format: %H is not allowed for the DATE type.'],
  ['DATE', '%Ez', 'Invalid format: %Ez is not allowed for the DATE type.'],
  ['TIME', '%E4Y', 'Invalid format: %E4Y is not allowed for the TIME type.'],
  ['DATETIME', '%Z', 'Invalid format: %Z is not allowed for the DATETIME type.'],
] as const)('a %s has no %s', (kind, format, message) => {
  expect(() => compileParse(format, kind)).toThrow(message);
});
