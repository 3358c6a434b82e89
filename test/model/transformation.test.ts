import { describe, expect, test } from 'vitest';
import type { Alphabet, Column, ColumnType, Transformation } from '../../functions/model/column.ts';
import {
  alphabetOf,
  charactersOf,
  contextColumn,
  infoTypesOf,
  keysOfTransformation,
  travelsTyped,
} from '../../functions/model/transformation.ts';
import { warehouseType } from '../../functions/model/warehouse-type.ts';
import { column, transformed } from '../plan/declared.ts';

const KEY = { cryptoKey: { keyName: 'pii' } };
const verbatim = (primitive: Record<string, object>, context?: string): Transformation => ({
  kind: 'dlp',
  primitive,
  keys: ['pii'],
  ...(context !== undefined && { context }),
});
const FINDINGS: Transformation = {
  kind: 'redact_findings',
  infoTypes: ['EMAIL_ADDRESS'],
  minLikelihood: 'POSSIBLE',
  with: { tokenize: 'pii' },
  each: { CASE: { tokenize: 'cases@2' }, PROJECT: 'mask' },
  custom: [{ name: 'CASE', pattern: 'C' }],
};

describe('a transformation uses', () => {
  test.each<[string, Transformation, keys: string[], context: string | undefined, infoTypes: string[]]>([
    ['a key', { kind: 'hash', key: 'pii' }, ['pii'], undefined, []],
    ['a key and a tweak', { kind: 'fpe', key: 'pii', alphabet: 'NUMERIC', tweak: 'country' }, ['pii'], 'country', []],
    ['a key and a person', { kind: 'date_shift', days: 3, by: 'id', key: 'dates' }, ['dates'], 'id', []],
    ['keys for what it finds', FINDINGS, ['pii', 'cases@2'], undefined, ['EMAIL_ADDRESS']],
    ['what DLP’s own words name', verbatim({ cryptoHashConfig: KEY }, 'id'), ['pii'], 'id', []],
    [
      'what DLP’s own words look for',
      { kind: 'dlp', findings: {}, inspect: { infoTypes: [{ name: 'AGE' }] }, keys: [] },
      [],
      undefined,
      ['AGE'],
    ],
    [
      'the context of a template',
      { kind: 'template', deidentify: 't', madeFor: 'records', context: 'id' },
      [],
      'id',
      [],
    ],
    ['nothing', { kind: 'redact' }, [], undefined, []],
  ])('%s', (_, transformation, keys, context, infoTypes) => {
    expect(keysOfTransformation(transformation)).toEqual(keys);
    expect(contextColumn(transformation)).toBe(context);
    expect(infoTypesOf(transformation)).toEqual(infoTypes);
  });
});

test.each<[Alphabet, string]>([
  ['NUMERIC', '0123456789'],
  ['HEXADECIMAL', '0123456789ABCDEF'],
  [{ radix: 3 }, '012'],
  [{ characters: 'ba' }, 'ba'],
])('the characters of %j', (alphabet, expected) => {
  expect(charactersOf(alphabet)).toBe(expected);
});

test.each<[object, Alphabet | undefined]>([
  [{ commonAlphabet: 'NUMERIC' }, 'NUMERIC'],
  [{ customAlphabet: '01' }, { characters: '01' }],
  [{ radix: 7 }, { radix: 7 }],
])('the alphabet of DLP’s own words %j', (config, expected) => {
  expect(alphabetOf(verbatim({ cryptoReplaceFfxFpeConfig: { ...KEY, ...config } }))).toEqual(expected);
  expect(alphabetOf(verbatim({ cryptoHashConfig: KEY }))).toBeUndefined();
});

describe('a column of DLP’s own words', () => {
  const shift = { dateShiftConfig: {} };
  const part = { timePartConfig: {} };
  test.each<[primitive: Record<string, object>, ColumnType, typed: boolean, becomes: ColumnType]>([
    [shift, 'DATE', true, 'DATE'],
    [shift, 'STRING', false, 'STRING'],
    [part, 'TIMESTAMP', true, 'INT64'],
    [part, 'STRING', false, 'STRING'],
    [{ bucketingConfig: {} }, 'INT64', true, 'STRING'],
    [{ fixedSizeBucketingConfig: {} }, 'FLOAT64', true, 'STRING'],
    [{ cryptoHashConfig: {} }, 'INT64', false, 'STRING'],
  ])('%j of %s: as what it travels, and what it becomes', (primitive, type, typed, becomes) => {
    const one: Column = column('v', type, { privacy: transformed(verbatim(primitive)) });
    expect(travelsTyped(verbatim(primitive), type)).toBe(typed);
    expect(warehouseType(one)).toBe(becomes);
  });
});
