import { expect, test } from 'vitest';
import { deidentifyTemplate } from '../../functions/gcp/dlp-template.ts';

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
