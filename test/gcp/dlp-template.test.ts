import { expect, test } from 'vitest';
import { deidentifyTemplate, inspectTemplate } from '../../functions/gcp/dlp-template.ts';

test.each([
  ['info_types', { infoTypeTransformations: { transformations: [{}] } }],
  ['records', { recordTransformations: { fieldTransformations: [] } }],
  ['images', { imageTransformations: {} }],
  // DLP lets through as it is what no transformation names.
  ['nothing', {}],
  ['nothing', { infoTypeTransformations: { transformations: [] } }],
  ['nothing', null],
] as const)('a template is made for %s', (madeFor, deidentifyConfig) => {
  expect(deidentifyTemplate({ deidentifyConfig }).madeFor).toBe(madeFor);
});

test.each([
  ['all, where one names no infoType', [{ infoTypes: [{ name: 'A' }] }, {}], 'all'],
  [
    'those that they name',
    [{ infoTypes: [{ name: 'A' }, { name: 'B' }] }, { infoTypes: [{ name: 'C' }] }],
    ['A', 'B', 'C'],
  ],
])('transformations are for %s', (_, transformations, transforms) => {
  const infoTypeTransformations = { transformations };
  expect(deidentifyTemplate({ deidentifyConfig: { infoTypeTransformations } })).toMatchObject({ transforms });
  const inFields = { fieldTransformations: [{ fields: [{ name: 'x' }], infoTypeTransformations }] };
  expect(deidentifyTemplate({ deidentifyConfig: { recordTransformations: inFields } }).fields).toMatchObject([
    { transforms },
  ]);
});

test('a field’s own transformation is for all of it', () => {
  const recordTransformations = { fieldTransformations: [{ fields: [{ name: 'x' }] }] };
  expect(deidentifyTemplate({ deidentifyConfig: { recordTransformations } }).fields).toMatchObject([
    { transforms: 'all' },
  ]);
});

test('an inspection looks for its own infoTypes too, and not for what only excludes', () => {
  const inspectConfig = {
    infoTypes: [{ name: 'A' }],
    customInfoTypes: [
      { infoType: { name: 'MINE' } },
      { infoType: { name: 'NOT' }, exclusionType: 'EXCLUSION_TYPE_EXCLUDE' },
      { infoType: { name: 'NOR' }, exclusionType: 1 },
    ],
  };
  expect(inspectTemplate({ inspectConfig }).infoTypes).toEqual(['A', 'MINE']);
});
