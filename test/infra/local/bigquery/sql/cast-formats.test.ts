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
const YEAR = String(new Date().getUTCFullYear());

describe('CAST … FORMAT', () => {
  test.each([
    ["DATE '2018-01-30'", 'YYYY-MM-DD', '2018-01-30'],
    ["DATE '0076-01-30'", 'YYYY RRRR YYY YY RR Y', '0076 0076 076 76 76 6'],
    ["DATE '2018-01-30'", 'MON Mon mon', 'JAN Jan jan'],
    ["DATE '2020-12-31'", 'DY, DDD', 'THU, 366'],
    ["TIME '21:30:05.16'", 'HH:HH12:HH24:MI:SS SSSSS FF2 FF6 FF9', '09:09:21:30:05 77405 16 160000 160000000'],
    ["TIME '00:30:00'", 'HH12 AM am A.M. p.m. Pm', '12 AM am A.M. a.m. AM'],
    ["DATETIME '2018-01-30 16:02:03'", 'YYYYMMDD"T"HH24MISS" \\"o\\\\"', '20180130T160203 "o\\'],
    ["TIMESTAMP '2008-12-25 00:00:00+00'", 'HH24 TZH:TZM', '00 +00:00'],
    ["DATE '2018-01-30'", '', ''],
    ['CAST(NULL AS DATE)', 'YYYY', null],
    ["b'\\x00\\x01\\xEF\\xFF'", 'HEX', '0001efff'],
    ["b'\\xde\\xad\\xbe\\xef'", 'base64', '3q2+7w=='],
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
    ['2018 034', 'DATE', 'YYYY DDD', '2018-02-03'],
    ['12-03', 'DATE', 'MM-DD', `${YEAR}-12-03`],
    ['03:30 PM', 'TIME', 'HH:MI AM', '15:30:00'],
    ['12:05 am', 'TIME', 'HH12:MI PM', '00:05:00'],
    ['15:30:25.16', 'TIME', 'HH24:MI:SS.FF2', '15:30:25.160000'],
    ['2018-12-03T15:30', 'DATETIME', 'YYYY-MM-DD"T"HH24:MI', '2018-12-03T15:30:00'],
    ['2008-12-25 05:30 +05:30', 'TIMESTAMP', 'YYYY-MM-DD HH24:MI TZH:TZM', '1230163200000000'],
  ])('reads %j as %s by %j', async (text, type, model, read) => {
    expect(await value(`CAST(${JSON.stringify(text)} AS ${type} FORMAT ${JSON.stringify(model)})`)).toBe(read);
  });

  test.each([
    ['0001EFFF', 'HEX', 'AAHv/w=='],
    ['3q2+\\n7w==', 'BASE64M', '3q2+7w=='],
    ['Hello', 'ASCII', 'SGVsbG8='],
  ])('reads %j as bytes by %s', async (text, model, read) => {
    expect(await value(`CAST("${text}" AS BYTES FORMAT '${model}')`)).toBe(read);
  });

  test('of what does not fit fails, and SAFE_CAST answers NULL', async () => {
    expect(await value("CAST('18-12' AS DATE FORMAT 'YYYY-MM-DD')")).toMatch(/^invalidQuery: Failed to parse input/);
    expect(await value("SAFE_CAST('18-12' AS DATE FORMAT 'YYYY-MM-DD')")).toBeNull();
    expect(await value("CAST('foo 01' AS DATE FORMAT 'MON DD')")).toMatch(/Failed to parse input/);
    expect(await value("CAST(b'\\xff' AS STRING FORMAT 'ASCII')")).toMatch(/^invalidQuery/);
    expect(await value("CAST('é' AS BYTES FORMAT 'ASCII')")).toMatch(/not ASCII/);
    expect(await value("CAST(TIME '01:00:00.126' AS STRING FORMAT 'FF2')")).toMatch(/not supported .*: FF2/);
  });

  test.each([
    ["DATE '2018-01-30' AS STRING FORMAT 'HH24'", /Format element HH24 is not supported for DATE/],
    ["TIME '01:00:00' AS STRING FORMAT 'YYYY'", /Format element YYYY is not supported for TIME/],
    ["DATETIME '2018-01-30' AS STRING FORMAT 'TZH'", /Format element TZH is not supported for DATETIME/],
    ["DATE '2018-01-30' AS STRING FORMAT 'YYYY_MM'", /Cannot find matched format element at 4 of "YYYY_MM"/],
    ["DATE '2018-01-30' AS STRING FORMAT 'YYYY' AT TIME ZONE 'UTC'", /AT TIME ZONE is for casts/],
    ["'01' AS DATE FORMAT 'MM MM'", /More than one format element gives the month/],
    ["'01' AS TIME FORMAT 'HH24 AM'", /HH24 stands neither/],
    ["'01' AS TIME FORMAT 'HH12'", /need a meridian indicator/],
    ["'01' AS DATE FORMAT 'DDD MM'", /DDD stands neither/],
    ["'01' AS DATE FORMAT 'YY'", /not supported by the embedded warehouse: the format element YY when parsing/],
    ["b'a' AS STRING FORMAT 'BASE8'", /not supported by the embedded warehouse: the format "BASE8" for BYTES/],
  ])('CAST(%s) is refused', async (inside, failure) => {
    expect(await value(`CAST(${inside})`)).toMatch(failure);
  });
});
