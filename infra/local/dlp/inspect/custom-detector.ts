import { ApiError } from '../../api-error.ts';
import { findSurrogates } from '../transform/surrogate.ts';
import type { CustomInfoType } from '../wire/inspection.ts';
import { planDictionary } from './dictionary.ts';
import type { Span } from './finding.ts';
import { type HotwordAdjustment, planHotwordRule } from './hotword.ts';
import { type Likelihood, parseLikelihood, VERY_LIKELY } from './likelihood.ts';
import { compilePattern, type PatternBudget } from './pattern.ts';

/** A detector that the request itself defines. */
export interface CustomDetector {
  infoType: string;
  likelihood: Likelihood;
  /** Its findings serve the rules but are not returned (EXCLUSION_TYPE_EXCLUDE). */
  hidden: boolean;
  rules: readonly HotwordAdjustment[];
  find(text: string): Span[];
}

export function planCustomDetector(custom: CustomInfoType, index: number, budget: PatternBudget): CustomDetector {
  const infoType = custom.infoType?.name ?? '';
  const where = `inspect_config.custom_info_types[${index}]`;
  if (infoType === '') throw new ApiError('INVALID_ARGUMENT', `${where}.info_type.name must not be empty`);
  return {
    infoType,
    // "Defaults to VERY_LIKELY if not specified." Source: CustomInfoType.likelihood in storage.proto.
    likelihood: parseLikelihood(custom.likelihood, VERY_LIKELY),
    hidden: custom.exclusionType === 'EXCLUSION_TYPE_EXCLUDE',
    rules: custom.detectionRules.map(({ hotwordRule }, rule) =>
      planHotwordRule(hotwordRule, `${where}.detection_rules[${rule}]`, budget),
    ),
    find: planFind(custom, infoType, `${where} (${infoType})`, budget),
  };
}

function planFind(
  custom: CustomInfoType,
  infoType: string,
  where: string,
  budget: PatternBudget,
): CustomDetector['find'] {
  if (custom.regex) return compilePattern(custom.regex, where, budget).find;
  if (custom.dictionary) return planDictionary(custom.dictionary, where).find;
  if (custom.surrogateType) return (text) => findSurrogates(text, infoType);
  if (custom.storedType) {
    throw new ApiError('INTERNAL', `${where}: its stored infoType was not looked up`);
  }
  if (custom.metadataKeyValueExpression) {
    throw new ApiError(
      'UNIMPLEMENTED',
      `${where}: the local cloud does not inspect metadata (metadata_key_value_expression)`,
    );
  }
  throw new ApiError('INVALID_ARGUMENT', `${where} must hold a dictionary, a regex or a surrogate_type`);
}
