import { describe, expect, test } from 'vitest';
import type { Release } from '../../functions/model/release.ts';
import type { Transform } from '../../functions/model/transform.ts';
import { judgeNight, nightColumns, planNight, withoutTokens } from '../../functions/plan/night-inspection.ts';
import { column, source, transformed } from './declared.ts';

function transform(id: string, inputs: string[], rest: Partial<Transform> = {}): Transform {
  const [dataset = '', name = ''] = id.split('.');
  return {
    ...{ id, dataset, name, kind: 'view', sql: '', cluster: [], on: { load: true, nightly: true }, everySeconds: 0 },
    ...{ ignore: [], assert: [], inputs, external: [], volatile: [], version: 'v', ...rest },
  };
}

const customers = source({
  id: 'shop.customers',
  columns: [
    column('id', 'INT64'),
    column('place', 'STRING', { privacy: { kind: 'public', allow: ['LOCATION'] } }),
    column('mail', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii' }) }),
    column('phone', 'STRING', { privacy: transformed({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }) }),
    column('notes', 'STRING', {
      privacy: transformed({
        kind: 'redact_findings',
        infoTypes: ['EMAIL_ADDRESS'],
        minLikelihood: 'POSSIBLE',
        with: 'info_type',
      }),
    }),
    column('some', 'STRING', {
      privacy: { kind: 'transform', transform: { kind: 'redact' }, when: [{ column: 'id', op: 'is_null' }] },
    }),
    column('day', 'DATE'),
    column('visits', 'RECORD', {
      mode: 'repeated',
      fields: [
        column('town', 'STRING', { privacy: { kind: 'public', allow: ['LOCATION'] } }),
        column('doctor', 'STRING', { privacy: transformed({ kind: 'mask', with: '*' }) }),
        column('on', 'DATE'),
      ],
    }),
  ],
});
const release: Release = {
  v: 1,
  id: 'r',
  sources: [customers],
  transforms: [
    transform('mart.people', ['shop.customers'], { allowFindings: { town: ['LOCATION'] } }),
    transform('mart.top', ['mart.people']),
  ],
};
const FIELDS = ['id', 'place', 'mail', 'phone', 'notes', 'some', 'town', '_run_id'].map((name) => ({
  name,
  type: name === 'id' ? 'INTEGER' : 'STRING',
}));
const [people, top, shop] = planNight(release, 0);
const VISITS = {
  name: 'visits',
  type: 'RECORD',
  mode: 'REPEATED',
  fields: [
    { name: 'town', type: 'STRING' },
    { name: 'doctor', type: 'STRING' },
    { name: 'on', type: 'DATE' },
  ],
};
const names = (table = shop) =>
  table &&
  nightColumns(
    [...FIELDS, { name: 'day', type: 'DATE' }, { name: 'ok', type: 'BOOLEAN' }, VISITS],
    table.expectations,
  ).map(({ name }) => name);

describe('what is looked at by night', () => {
  test('is every declared table, in order of their ids', () => {
    expect([people?.id, top?.id, shop?.id]).toEqual(['mart.people', 'mart.top', 'shop.customers']);
  });

  test('of a source is what says something and does not keep its form', () => {
    expect(names()).toEqual(['id', 'place', 'mail', 'notes', 'some', 'visits.town']);
  });

  test('of a transform is every column but those that keep their form and their name', () => {
    expect(names(people)).toEqual(['id', 'place', 'mail', 'notes', 'some', 'town', 'visits.town']);
    expect(names(top)).toEqual(names(people));
  });

  test('takes turns where there are more tables than a night has room for', () => {
    const nights = [0, 1, 2].map((day) => planNight(release, day, 2).map(({ id }) => id));
    expect(nights.map((night) => night.length)).toEqual([2, 2, 2]);
    expect(new Set(nights.slice(0, 2).flat()).size).toBe(3);
    expect(nights[0]).not.toEqual(nights[1]);
  });

  test('is no token', () => {
    const tokens = ['pii(44):AWJj+/0=', 'pii-2(8):Zm9v'];
    expect(withoutTokens([tokens.join('\n'), [...tokens, 'Ann'].join('\n')])).toEqual([null, 'Ann']);
    expect(withoutTokens([...tokens, 'a@example.com', 'pii(4): call 555', null])).toEqual([
      null,
      null,
      'a@example.com',
      'pii(4): call 555',
      null,
    ]);
  });
});

describe('what is found by night', () => {
  test.each([
    ['shop.customers', 'id', 'PHONE_NUMBER', true],
    ['shop.customers', 'place', 'LOCATION', false],
    ['shop.customers', 'place', 'EMAIL_ADDRESS', true],
    // Only e-mail addresses were to be taken out of it.
    ['shop.customers', 'notes', 'PERSON_NAME', false],
    ['shop.customers', 'notes', 'EMAIL_ADDRESS', true],
    ['shop.customers', 'phone', 'PHONE_NUMBER', false],
    ['shop.customers', 'visits.town', 'LOCATION', false],
    ['shop.customers', 'visits.town', 'PERSON_NAME', true],
    ['mart.people', 'visits.doctor', 'PERSON_NAME', false],
    ['mart.people', 'place', 'LOCATION', false],
    ['mart.people', 'town', 'LOCATION', false],
    ['mart.people', 'who', 'PERSON_NAME', true],
    ['mart.top', 'town', 'LOCATION', false],
    ['mart.top', 'phone', 'PHONE_NUMBER', false],
  ])('in %s.%s, %s: %s', (id, name, infoType, isFinding) => {
    const table = planNight(release, 0).find((one) => one.id === id);
    if (!table) throw new Error(id);
    const found = [
      { column: name, infoType, row: 3 },
      { column: name, infoType, row: 3 },
      { column: name, infoType, row: 9 },
    ];
    expect(judgeNight(table, found)).toEqual(isFinding ? [{ table: id, column: name, infoType, rows: 2 }] : []);
  });
});
