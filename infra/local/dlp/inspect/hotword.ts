import { ApiError } from '../../api-error.ts';
import type { HotwordRule, Proximity, Regex } from '../wire/inspection.ts';
import type { Span, Surroundings } from './finding.ts';
import { type Likelihood, planAdjustment } from './likelihood.ts';
import { compilePattern, type PatternBudget } from './pattern.ts';

/** "The total length of the window cannot exceed 1000 characters." Source: HotwordRule.proximity in storage.proto. */
const LONGEST_WINDOW = 1000;

export interface HotwordAdjustment {
  applies(span: Span, surroundings: Surroundings): boolean;
  adjust(likelihood: Likelihood): Likelihood;
}

export function planHotwordRule(
  rule: HotwordRule | null | undefined,
  where: string,
  budget: PatternBudget,
): HotwordAdjustment {
  if (!rule) throw new ApiError('INVALID_ARGUMENT', `${where} must hold a hotword_rule`);
  return {
    applies: planHotword(rule.hotwordRegex, rule.proximity, where, budget),
    adjust: planAdjustment(rule.likelihoodAdjustment, where),
  };
}

/**
 * Whether the hotword lies within the window around a finding; the finding itself is part of it. In a table a window of at
 * least one character before the cell takes in the column's name: that is how a whole column is adjusted.
 */
export function planHotword(
  regex: Regex | null,
  proximity: Proximity | null,
  where: string,
  budget: PatternBudget,
): (span: Span, surroundings: Surroundings) => boolean {
  const before = proximity?.windowBefore ?? 0;
  const after = proximity?.windowAfter ?? 0;
  if (before < 0 || after < 0 || before + after > LONGEST_WINDOW) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `${where}: proximity must span 0 to ${LONGEST_WINDOW} characters, but window_before is ${before} and window_after ${after}`,
    );
  }
  const pattern = compilePattern(regex, where, budget);
  return ({ start, end }, { text, header }) => {
    if (before > 0 && header !== undefined && pattern.test(header)) return true;
    return pattern.test(text.slice(Math.max(0, start - before), end + after));
  };
}
