import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from '../testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
});
afterAll(() => bed.stop());

const value = async (expression: string) => {
  const rows = await run(bed, `SELECT ${expression}`);
  return typeof rows === 'string' ? rows : rows[0]?.[0];
};
const [YEAR = '', MONTH] = new Date().toISOString().split('-');
const CENTURY = YEAR.slice(0, 2);

describe('CAST … FORMAT', () => {
  test.each([
    ["DATE '2018-01-30'", 'YYYY-MM-DD', '2018-01-30'],
    ["DATE '0076-01-30'", 'YYYY RRRR YYY YY RR Y', '0076 0076 076 76 76 6'],
    ["DATE '2018-01-30'", 'MON Mon mon', 'JAN Jan jan'],
    ["DATE '2020-12-31'", 'DY, DDD', 'THU, 366'],
    ["DATE '2020-12-31'", 'DAY Day day; D', 'THURSDAY Thursday thursday; 5'],
    ["DATE '2018-05-30'", 'MONTH:Month:month', 'MAY:May:may'],
    ["TIME '01:05:07.169'", 'FF1 FF2 FF3 FF4', '1 16 169 1690'],
    ["TIMESTAMP '0001-01-01 00:00:00'", 'YYYY-MM-DD HH24:MI:SS.FF6', '0001-01-01 00:00:00.000000'],
    ["TIME '21:30:05.16'", 'HH:HH12:HH24:MI:SS SSSSS FF2 FF6 FF9', '09:09:21:30:05 77405 16 160000 160000000'],
    ["TIME '00:30:00'", 'HH12 AM am A.M. p.m. Pm', '12 AM am A.M. a.m. AM'],
    ["DATETIME '2018-01-30 16:02:03'", 'YYYYMMDD"T"HH24MISS" \\"o\\\\"', '20180130T160203 "o\\'],
    ["TIMESTAMP '2008-12-25 00:00:00+00'", 'HH24 TZH:TZM', '00 +00:00'],
    ["DATE '2018-01-30'", '', ''],
    ['CAST(NULL AS DATE)', 'YYYY', null],
    ["b'\\x00\\x01\\xEF\\xFF'", 'HEX', '0001efff'],
    ["b'\\xde\\xad\\xbe\\xef'", 'base64', '3q2+7w=='],
    ["b'\\x02\\x11\\x3B'", 'BASE8', '00410473'],
    ["b'\\x02\\x11\\x3B'", 'BASE16', '02113b'],
    ["b'\\x02\\xff'", 'BASE2', '0000001011111111'],
    ["b'Hello'", 'ASCII', 'Hello'],
    ["b'\\x24'", 'UTF-8', '$'],
  ])('writes %s by %j', async (from, model, text) => {
    expect(await value(`CAST(${from} AS STRING FORMAT ${JSON.stringify(model)})`)).toBe(text);
  });

  test('takes a time zone', async () => {
    const cast = (model: string) =>
      value(`CAST(TIMESTAMP '2008-12-25 00:00:00+00' AS STRING FORMAT '${model}' AT TIME ZONE 'Asia/Kolkata')`);
    expect(await cast('HH24:MI TZH TZM')).toBe('05:30 +05 30');
    expect(
      await value(
        "CAST(CAST('2008-12-25 05:30' AS TIMESTAMP FORMAT 'YYYY-MM-DD HH24:MI' AT TIME ZONE 'Asia/Kolkata') AS STRING)",
      ),
    ).toBe('2008-12-25 00:00:00+00');
  });

  test.each([
    ['03-12-2018', 'DATE', 'MM-DD-YYYY', '2018-03-12'],
    ['DEC 03, 2018', 'DATE', 'MON DD, YYYY', '2018-12-03'],
    ['december 03, 2018', 'DATE', 'MONTH DD, YYYY', '2018-12-03'],
    ['20181203', 'DATE', 'YYYYMMDD', '2018-12-03'],
    ['20', 'DATE', 'YYYY', `0020-${MONTH}-01`],
    ['18-12-03', 'DATE', 'YY-MM-DD', `${CENTURY}18-12-03`],
    ['018-12-03', 'DATE', 'YYY-MM-DD', `${YEAR[0]}018-12-03`],
    ['8-12-03', 'DATE', 'Y-MM-DD', `${YEAR.slice(0, 3)}8-12-03`],
    ['2,018-12-03', 'DATE', 'Y,YYY-MM-DD', '2018-12-03'],
    ['12-03', 'DATE', 'MM-DD', `${YEAR}-12-03`],
    ['03:30 P.M.', 'TIME', 'HH:MI A.M.', '15:30:00'],
    ['12:05 a.m.', 'TIME', 'HH12:MI P.M.', '00:05:00'],
    ['03723', 'TIME', 'SSSSS', '01:02:03'],
    [' \u00852018\u2003 12 ', 'DATE', 'YYYY MM', '2018-12-01'],
    ['15:30:25.16', 'TIME', 'HH24:MI:SS.FF2', '15:30:25.160000'],
    ['2018-12-03T15:30', 'DATETIME', 'YYYY-MM-DD"T"HH24:MI', '2018-12-03T15:30:00'],
    ['2008-12-25 05:30 +05:30', 'TIMESTAMP', 'YYYY-MM-DD HH24:MI TZH:TZM', '1230163200000000'],
    ['2008-12-25 05:30:00-08', 'TIMESTAMP', 'YYYY-MM-DD HH24:MI:SSTZH', '1230211800000000'],
  ])('reads %j as %s by %j', async (text, type, model, read) => {
    expect(await value(`CAST(${JSON.stringify(text)} AS ${type} FORMAT ${JSON.stringify(model)})`)).toBe(read);
  });

  test.each([
    ['0001EFFF', 'HEX', 'AAHv/w=='],
    ['3q2+\\n7w==', 'BASE64M', '3q2+7w=='],
    ['00410473', 'BASE8', 'AhE7'],
    ['02113B', 'base16', 'AhE7'],
    ['0000001011111111', 'BASE2', 'Av8='],
    ['Hello', 'ASCII', 'SGVsbG8='],
  ])('reads %j as bytes by %s', async (text, model, read) => {
    expect(await value(`CAST("${text}" AS BYTES FORMAT '${model}')`)).toBe(read);
  });

  test('of what does not fit fails, and SAFE_CAST answers NULL', async () => {
    expect(await value("CAST('18-12' AS DATE FORMAT 'YYYY-MM-DD')")).toMatch(/^invalidQuery: Entire timestamp string/);
    expect(await value("SAFE_CAST('18-12' AS DATE FORMAT 'YYYY-MM-DD')")).toBeNull();
    expect(await value("CAST('foo 01' AS DATE FORMAT 'MON DD')")).toMatch(/Failed to parse input/);
    expect(await value("CAST(b'\\xff' AS STRING FORMAT 'ASCII')")).toMatch(/^invalidQuery/);
    expect(await value("CAST('é' AS BYTES FORMAT 'ASCII')")).toMatch(/not ASCII/);
    expect(await value("CAST('2021-02-29' AS DATE FORMAT 'YYYY-MM-DD')")).toMatch(/^invalidQuery: Invalid result/);
    expect(await value("CAST('10000' AS DATE FORMAT 'YYYY')")).toMatch(/out of valid time range/);
    expect(await value("CAST('1234567' AS TIME FORMAT 'FF6')")).toMatch(/Illegal non-space trailing data '7'/);
  });

  test('takes models that rows hold', async () => {
    const each = (cast: string, models: string) =>
      run(bed, `SELECT ${cast} FROM UNNEST(${models}) m WITH OFFSET o ORDER BY o`);
    const day = "CAST(DATE '2020-12-31' AS STRING FORMAT m)";
    expect(await each(day, "['DAY', 'YYYY', NULL, '']")).toEqual([['THURSDAY'], ['2020'], [null], ['']]);
    expect(await each(day, "['YYYY', 'HH24']")).toMatch(/^invalidQuery: DATE does not support 'HH24'/);
    const read = 'CAST(m.text AS DATE FORMAT m.model)';
    const texts =
      "[STRUCT('2020-12-31' AS text, 'YYYY-MM-DD' AS model), ('Dec 31, 2020', 'MON DD, YYYY'), (NULL, 'YYYY'), ('x', NULL)]";
    expect(await each(read, texts)).toEqual([['2020-12-31'], ['2020-12-31'], [null], [null]]);
    expect(await each(`SAFE_${read}`, "[STRUCT('2020-12-31' AS text, 'HH24' AS model)]")).toEqual([[null]]);
  });

  test.each([
    ["DATE '2018-01-30' AS STRING FORMAT 'HH24'", /DATE does not support 'HH24'/],
    ["TIME '01:00:00' AS STRING FORMAT 'YYYY'", /TIME does not support 'YYYY'/],
    ["DATETIME '2018-01-30' AS STRING FORMAT 'TZH'", /DATETIME does not support 'TZH'/],
    ["DATE '2018-01-30' AS STRING FORMAT 'YYYY_MM'", /Cannot find matched format element at 4 of "YYYY_MM"/],
    ["DATE '2018-01-30' AS STRING FORMAT 'YYYY' AT TIME ZONE 'UTC'", /AT TIME ZONE is for casts/],
    ["'01' AS DATE FORMAT 'MM MM'", /'MM' appears more than once/],
    ["'01' AS TIME FORMAT 'HH24 AM'", /Format element 'AM' is not supported for parsing/],
    ["'01' AS TIME FORMAT 'HH12'", /MERIDIAN_INDICATOR is required when format element 'HH12' exists/],
    ["'01' AS DATE FORMAT 'DDD MM'", /'DDD' is not supported for parsing/],
    ["'01' AS TIME FORMAT 'HH24 A.M.'", /'A.M.'\) and format element 'HH24' cannot exist simultaneously/],
    ["'01' AS TIME FORMAT 'A.M.'", /of type HH\/HH12 is required/],
    ["'01' AS TIME FORMAT 'SSSSS MI'", /'MI'\) and format element 'SSSSS' cannot exist simultaneously/],
    ["'01' AS DATE FORMAT 'YY YYYY'", /More than one format element in category YEAR exist: 'YY' and 'YYYY'/],
    ["'01' AS DATE FORMAT 'HH24'", /category HOUR \('HH24'\) is not allowed for output type DATE/],
    ["DATE '2018-01-30' AS STRING FORMAT 'Y,YYY'", /'Y,YYY' is not supported for formatting/],
    ["b'a' AS STRING FORMAT 'BASE8'", /not supported by the embedded warehouse: BASE8 of bytes that fill no whole/],
    ["'012' AS BYTES FORMAT 'BASE2'", /Failed to decode invalid base2 string/],
    ["b'a' AS STRING FORMAT 'BASE4'", /not supported by the embedded warehouse: the format "BASE4" for BYTES/],
  ])('CAST(%s) is refused', async (inside, failure) => {
    expect(await value(`CAST(${inside})`)).toMatch(failure);
  });
});
