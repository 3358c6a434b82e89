import { ApiError } from '../../api-error.ts';
import type { PrimitiveTransformation } from '../wire/deidentification.ts';
import { planBucketing, planFixedSizeBucketing } from './bucketing.ts';
import { planCryptoDeterministic, planCryptoDeterministicReversal } from './crypto-deterministic.ts';
import { planCryptoHash } from './crypto-hash.ts';
import { planDateShift } from './date-shift.ts';
import { planFpe, planFpeReversal } from './fpe.ts';
import { planMask } from './mask.ts';
import type { Primitive, Workshop } from './primitive.ts';
import { planRedact, planReplace, planReplaceDictionary, planReplaceWithInfoType } from './replace.ts';
import { planTimePart } from './time-part.ts';

/** @throws ApiError INVALID_ARGUMENT for a configuration that Google refuses, FAILED_PRECONDITION for a key wrapped by KMS. */
export function planPrimitive(config: PrimitiveTransformation | null | undefined, workshop: Workshop): Primitive {
  if (config?.replaceConfig) return planReplace(config.replaceConfig);
  if (config?.redactConfig) return planRedact();
  if (config?.characterMaskConfig) return planMask(config.characterMaskConfig);
  if (config?.cryptoReplaceFfxFpeConfig) return planFpe(config.cryptoReplaceFfxFpeConfig, workshop);
  if (config?.fixedSizeBucketingConfig) return planFixedSizeBucketing(config.fixedSizeBucketingConfig);
  if (config?.bucketingConfig) return planBucketing(config.bucketingConfig);
  if (config?.replaceWithInfoTypeConfig) return planReplaceWithInfoType(workshop);
  if (config?.timePartConfig) return planTimePart(config.timePartConfig);
  if (config?.cryptoHashConfig) return planCryptoHash(config.cryptoHashConfig, workshop);
  if (config?.dateShiftConfig) return planDateShift(config.dateShiftConfig, workshop);
  if (config?.cryptoDeterministicConfig) return planCryptoDeterministic(config.cryptoDeterministicConfig, workshop);
  if (config?.replaceDictionaryConfig) return planReplaceDictionary(config.replaceDictionaryConfig, workshop);
  throw new ApiError('INVALID_ARGUMENT', 'primitive_transformation must name a transformation');
}

/** What undoes a reversible transformation. */
export function planReversal(config: PrimitiveTransformation | null | undefined, workshop: Workshop): Primitive {
  if (config?.cryptoDeterministicConfig)
    return planCryptoDeterministicReversal(config.cryptoDeterministicConfig, workshop);
  if (config?.cryptoReplaceFfxFpeConfig) return planFpeReversal(config.cryptoReplaceFfxFpeConfig, workshop);
  throw new ApiError(
    'INVALID_ARGUMENT',
    'reidentify_config may hold reversible transformations only: crypto_deterministic_config and crypto_replace_ffx_fpe_config',
  );
}
