import { describe, expect, test } from 'vitest';
import { BIGNUMERIC, NUMERIC, parseDecimal } from '../../../../../../infra/local/bigquery/sql/decimals/decimal.ts';
import {
  ofDecimal,
  ofDouble,
  readNumberModel,
  writeNumber,
} from '../../../../../../infra/local/bigquery/sql/decimals/number-model.ts';

const numeric = (text: string, type = NUMERIC) => ofDecimal(parseDecimal(text, type) ?? 0n, type);

describe('CAST … AS STRING FORMAT of numbers', () => {
  /** Most are the examples of BigQuery's page of format elements. */
  test.each([
    ['12', '000.000', ' 012.000'],
    ['-12', '000', '-012'],
    ['12', '999.999', '  12.000'],
    ['0.5', '9.99', '  .50'],
    ['0', '999', '   0'],
    ['1.005', '9.99', ' 1.01'],
    ['-12345.678', '$999,999.999', ' -$12,345.678'],
    ['1234567.89', '$999,999.999', ' $###,###.###'],
    ['12345', '999G999', '  12,345'],
    ['123.58', '999D999', ' 123.580'],
    ['43981', '0X0x', ' ABcd'],
    ['43981', '0000000X', ' 0000ABCD'],
    ['43981', 'XXX', ' ###'],
    ['-12', '9999S', '  12-'],
    ['-12', 'S9999', '  -12'],
    ['12', '9999MI', '  12 '],
    ['-12', '9999PR', '  <12>'],
    ['-12', 'c999', ' -usd12'],
    ['0.23', 'B99.999S', '       '],
    ['1.23', 'B99.999S', ' 1.230+'],
    ['299792458', 'S9.999EEEE', '+2.998E+08'],
    ['-123456', '9.999eeee', '-1.235e+05'],
    ['9.996', '9.99EEEE', ' 1.00E+01'],
    ['12.5', '999999.000FM', '12.5'],
    ['12', '999.FM', '12.'],
    ['2021', 'RN', '          MMXXI'],
    ['1994', 'FMRN', 'MCMXCIV'],
    ['23.5', 'S000V00', '+02350'],
  ])('writes %s by %j', (value, model, text) => {
    expect(writeNumber(readNumberModel(model), numeric(value))).toBe(text);
  });

  test('BIGNUMERIC keeps its digits, and FLOAT64 those of its exact value', () => {
    const digits = '0.12345678901234567890123456789012345678';
    expect(writeNumber(readNumberModel(`0.${'9'.repeat(38)}`), numeric(digits, BIGNUMERIC))).toBe(` ${digits}`);
    expect(writeNumber(readNumberModel('9.99'), ofDouble(1.005))).toBe(' 1.00');
    expect(writeNumber(readNumberModel('9'), ofDouble(2.5))).toBe(' 2');
  });

  test.each([
    [Number.POSITIVE_INFINITY, '9,9.9', ' INF  '],
    [Number.NEGATIVE_INFINITY, '99', '-##'],
    [Number.NaN, 'S999.9', ' NAN  '],
    [Number.POSITIVE_INFINITY, '9.9EEEE', '     INF'],
  ])('writes %s by %j', (value, model, text) => {
    expect(writeNumber(readNumberModel(model), ofDouble(value))).toBe(text);
  });

  test.each([
    ['9A', /Invalid format element 'A'/],
    ['FM9FM', /'FM' cannot be repeated/],
    ['$9C', /at most one of '\$', 'C' or 'L'/],
    ['S9S', /at most one of 'S', 'MI', or 'PR'/],
    ['9.9.9', /at most one of '.', 'D', or 'V'/],
    ['9.9,9', /cannot appear after/],
    ['9,9EEEE', /cannot appear together with 'EEEE'/],
    ['$', /at least one of 'X', '0' or '9'/],
    ['X9', /'X' cannot appear together/],
    ['RN9', /'RN' cannot appear together/],
    ['TM', /^not supported by the embedded warehouse/],
  ])('%j is no model', (model, message) => {
    expect(() => readNumberModel(model)).toThrow(message);
  });

  test('what has no documented text is an error', () => {
    expect(() => writeNumber(readNumberModel('S9'), numeric('0'))).toThrow(/^not supported/);
    expect(() => writeNumber(readNumberModel('RN'), numeric('4000'))).toThrow(/between 1 and 3999/);
  });
});
