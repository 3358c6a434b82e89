import { expect, test } from 'vitest';
import type { TimeKind } from '../../../../../../infra/local/bigquery/sql/times/time-model.ts';
import { compileFormat } from '../../../../../../infra/local/bigquery/sql/times/write-format.ts';

const write = (format: string, time: string, kind: TimeKind = 'TIMESTAMP', offset = 0) =>
  compileFormat(format, kind)(BigInt(Date.parse(time.includes('T') ? `${time}Z` : time)) * 1000n, offset);

test.each([
  ['%A %a %B %b %h', '2021-01-20', 'Wednesday Wed January Jan Jan'],
  ['%C %y %Y %E4Y', '0099-01-20', '00 99 99 0099'],
  ['%D %x %F', '2021-01-02', '01/02/21 01/02/21 2021-01-02'],
  ['%d %e %j %m %Q', '2021-05-02', '02  2 122 05 2'],
  ['%G %g %V %u %w %J', '2017-01-01', '2016 16 52 7 0 364'],
  ['%U %W', '2017-01-01', '01 00'],
  ['%U %W', '2018-01-07', '01 01'],
  ['%H %I %k %l %M %S', '2021-01-20T00:07:05', '00 12  0 12 07 05'],
  ['%T %X %R %r', '2021-01-20T13:07:05', '13:07:05 13:07:05 13:07 01:07:05 PM'],
  ['%P %p', '2021-01-20T12:00:00', 'pm PM'],
  ['%c', '2008-12-05T15:30:00', 'Fri Dec  5 15:30:00 2008'],
  ['%s', '1969-12-31T23:59:59.500', '-1'],
  ['%E0S %E3S %E*S %E9S', '2021-01-20T00:00:05.120', '05 05.120 05.12 05.120000000'],
  ['%E*S', '2021-01-20T00:00:05', '05'],
  ['a%%%n%tb', '2021-01-20', 'a%\n\tb'],
])('%j of %s', (format, time, text) => {
  expect(write(format, time)).toBe(text);
});

test.each([
  [0, 'UTC +0000 +00:00'],
  [-300, 'UTC-5 -0500 -05:00'],
  [120, 'UTC+2 +0200 +02:00'],
])('a zone %i minutes east of UTC', (offset, text) => {
  expect(write('%Z %z %Ez', '2021-01-20', 'TIMESTAMP', offset)).toBe(text);
});

test('what a type has no part for stands for itself', () => {
  expect(write('%F %H:%M %E*S %Ez', '2021-01-20', 'DATE')).toBe('2021-01-20 %H:%M %E*S %Ez');
  expect(write('%Y %T %E4Y', '2021-01-20T01:02:03', 'TIME')).toBe('%Y 01:02:03 %E4Y');
  expect(write('%F %Z', '2021-01-20', 'DATETIME')).toBe('2021-01-20 %Z');
});

test('what is not known is refused', () => {
  expect(() => write('%q', '2021-01-20')).toThrow('not supported by the embedded warehouse: format element %q');
  expect(() => write('%Z', '2021-01-20', 'TIMESTAMP', 330)).toThrow('%Z of a zone whose offset has minutes');
  expect(() => write('100%', '2021-01-20')).toThrow('Invalid format string');
});
