import type { Endpoints } from '../../infra/cli/endpoints.ts';
import { storeTemplate } from '../stored-template.ts';

/** The template that a column of `flow.people` goes through. */
export const storePeople = (endpoints: Endpoints): Promise<unknown> =>
  storeTemplate(`${endpoints.dlp.rest}/v2/projects/local/locations/global`, 'deidentifyTemplates', 'people', {
    deidentifyConfig: {
      recordTransformations: {
        fieldTransformations: [{ fields: [{ name: 'stored' }], primitiveTransformation: { characterMaskConfig: {} } }],
      },
    },
  });
