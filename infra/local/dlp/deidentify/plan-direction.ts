import { ApiError } from '../../api-error.ts';
import type { KeyRing } from '../crypto/keys.ts';
import { planInspection } from '../inspect/plan-inspection.ts';
import { planPrimitive, planReversal } from '../transform/plan-primitive.ts';
import type { Primitive, Workshop } from '../transform/primitive.ts';
import type { InfoTypeTransformations, PrimitiveTransformation } from '../wire/deidentification.ts';
import type { InspectConfig } from '../wire/inspection.ts';
import { createFindingCount, type FindingTransformer, planFindingTransformer } from './finding-transformer.ts';

/** How a request's transformations are planned: as they are for de-identification, reversed for re-identification. */
export interface Direction {
  /** Whether the request configures an inspection of its own. */
  inspects: boolean;
  /** Refuses a configuration of the inspection that is wrong, where nothing will be inspected. */
  checkInspection(): void;
  planCell(config: PrimitiveTransformation | null | undefined): Primitive;
  planFindings(config: InfoTypeTransformations): FindingTransformer;
}

export interface DirectionOptions {
  inspectConfig: InspectConfig | null;
  hasRecords: boolean;
  keys: KeyRing;
  random: (size: number) => Buffer;
}

export function planDeidentification({ inspectConfig, ...rest }: DirectionOptions): Direction {
  const count = createFindingCount();
  const forCells: Workshop = { ...rest, target: 'cell' };
  const forFindings: Workshop = { ...rest, target: 'finding' };
  return {
    inspects: configures(inspectConfig),
    checkInspection: () => void planInspection(inspectConfig, { defaults: false }),
    planCell: (config) => planPrimitive(config, forCells),
    planFindings: (config) =>
      planFindingTransformer(config, inspectConfig, count, ({ primitiveTransformation }) =>
        planPrimitive(primitiveTransformation, forFindings),
      ),
  };
}

/** In free text a token is found by its annotation: a transformation without infoTypes takes the surrogates that it made. */
export function planReidentification({ inspectConfig, ...rest }: DirectionOptions): Direction {
  const count = createFindingCount();
  const workshop: Workshop = { ...rest, target: 'finding' };
  return {
    inspects: configures(inspectConfig),
    checkInspection: () => void planInspection(inspectConfig, { defaults: false }),
    planCell: (config) => planReversal(config, { ...workshop, target: 'cell' }),
    planFindings: ({ transformations }) => {
      const named = transformations.map((transformation, index) => {
        const primitive = transformation.primitiveTransformation;
        const surrogate = (primitive?.cryptoDeterministicConfig ?? primitive?.cryptoReplaceFfxFpeConfig)
          ?.surrogateInfoType;
        if (!surrogate?.name && primitive && transformation.infoTypes.length === 0) {
          planReversal(primitive, workshop);
          throw new ApiError(
            'INVALID_ARGUMENT',
            `info_type_transformations.transformations[${index}] needs a surrogate_info_type: in free text a token is found by its annotation`,
          );
        }
        const infoTypes = transformation.infoTypes.length > 0 ? transformation.infoTypes : [surrogate ?? { name: '' }];
        return { ...transformation, infoTypes };
      });
      return planFindingTransformer({ transformations: named }, inspectConfig, count, ({ primitiveTransformation }) =>
        planReversal(primitiveTransformation, workshop),
      );
    },
  };
}

function configures(config: InspectConfig | null): boolean {
  return (config?.infoTypes.length ?? 0) + (config?.customInfoTypes.length ?? 0) > 0;
}
