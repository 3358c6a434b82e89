import { describe, expect, test } from 'vitest';
import type { Column } from '../../functions/model/column.ts';
import type { StoredTemplate, Transformed } from '../../functions/model/dlp.ts';
import { judgeTemplates, templateNames } from '../../functions/plan/templates.ts';
import { column, transformed } from './declared.ts';

const NOTES = 'projects/acme/locations/eu/deidentifyTemplates/notes';
const LOOK = 'projects/acme/locations/eu/inspectTemplates/look';
const through = (rest: object = {}): Column =>
  column('note', 'STRING', {
    privacy: transformed({ kind: 'template', deidentify: NOTES, madeFor: 'info_types', ...rest }),
  });
const stored = (rest: object = {}): StoredTemplate => ({
  kind: 'deidentify',
  updatedAt: '2026-01-02T00:00:00.000000001Z',
  madeFor: 'info_types',
  transforms: 'all',
  fields: [],
  suppressesRecords: false,
  ...rest,
});
const inspection = (limitsFindings = false, infoTypes: string[] = []): StoredTemplate => ({
  kind: 'inspect',
  updatedAt: '2026-01-02T00:00:00.000000000Z',
  infoTypes,
  limitsFindings,
});
const field = (name: string, isConditional = false, transforms: Transformed = 'all') => ({
  names: ['id', name],
  isConditional,
  transforms,
});
const some = (...transforms: string[]) => stored({ transforms });
const records = (...fields: object[]) => stored({ madeFor: 'records', fields });

test('each template is looked at once', () => {
  expect(templateNames([column('id', 'STRING'), through({ inspect: LOOK }), through()])).toEqual([NOTES, LOOK]);
});

describe('a column may go through', () => {
  test.each<[string, Column, StoredTemplate[]]>([
    ['a template made for infoTypes', through(), [stored()]],
    ['one with an inspection', through({ inspect: LOOK }), [stored(), inspection()]],
    ['one made for records that names its field', through({ madeFor: 'records' }), [records(field('note'))]],
    ['one as it was at the time', through({ asOf: '2026-01-03T00:00:00+01:00' }), [stored()]],
    [
      'one that transforms all that its inspection finds',
      through({ inspect: LOOK }),
      [some('A', 'B', 'C'), inspection(false, ['B', 'A'])],
    ],
    [
      'one of records that does so in its field',
      through({ madeFor: 'records', inspect: LOOK }),
      [records(field('note', false, ['A'])), inspection(false, ['A'])],
    ],
    ['none, if it has none', column('note', 'STRING'), []],
  ])('%s', (_, one, found) => {
    expect(judgeTemplates([one], new Map(found.map((each) => [each.kind === 'inspect' ? LOOK : NOTES, each])))).toEqual(
      [],
    );
  });
});

describe('nothing goes through', () => {
  test.each<[string, Column, StoredTemplate[], RegExp]>([
    ['a template that is not there', through(), [], /there is no template .*notes/],
    ['an inspection that is not there', through({ inspect: LOOK }), [stored()], /there is no template .*look/],
    [
      'one that was changed since',
      through({ asOf: '2026-01-02T00:00:00Z' }),
      [records(), inspection()],
      /does not|made for/,
    ],
    ['one that was changed later', through({ asOf: '2026-01-01T00:00:00Z' }), [stored()], /after 2026-01-01/],
    ['one made for records', through(), [records(field('note'))], /made for records/],
    ['one that transforms nothing', through(), [stored({ madeFor: 'nothing' })], /made for nothing/],
    ['one made for images', through(), [stored({ madeFor: 'images' })], /made for images/],
    ['one of records made for infoTypes', through({ madeFor: 'records' }), [stored()], /made for info_types/],
    [
      'one that does not name the field',
      through({ madeFor: 'records' }),
      [records(field('notes'))],
      /does not name the field note/,
    ],
    ['one that has a condition', through({ madeFor: 'records' }), [records(field('note', true))], /condition/],
    [
      'one that leaves out records',
      through({ madeFor: 'records' }),
      [stored({ madeFor: 'records', fields: [field('note')], suppressesRecords: true })],
      /leaves out/,
    ],
    [
      'one that does not transform all that its inspection finds',
      through({ inspect: LOOK }),
      [some('A'), inspection(false, ['A', 'B'])],
      /does not transform B, which/,
    ],
    [
      'one whose inspection names a group',
      through({ inspect: LOOK }),
      [some('ALL_BASIC'), inspection(false, ['ALL_BASIC'])],
      /does not transform ALL_BASIC/,
    ],
    ['one of some infoTypes without an inspection', through(), [some('A')], /transforms A only/],
    [
      'one of some infoTypes whose inspection leaves the choice to DLP',
      through({ inspect: LOOK }),
      [some('A'), inspection()],
      /look names what to look for/,
    ],
    [
      'one of records that transforms a part of its field',
      through({ madeFor: 'records', inspect: LOOK }),
      [records(field('note', false, ['A'])), inspection(false, ['A', 'B'])],
      /does not transform B/,
    ],
    ['one that stops looking', through({ inspect: LOOK }), [stored(), inspection(true)], /limits/],
  ])('%s', (_, one, found, message) => {
    const reasons = judgeTemplates([one], new Map(found.map((each) => [each.kind === 'inspect' ? LOOK : NOTES, each])));
    expect(reasons).toEqual([{ code: 'TEMPLATE_UNFIT', column: 'note', message: expect.stringMatching(message) }]);
  });
});
