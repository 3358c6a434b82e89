import { ApiError } from '../../api-error.ts';
import type { AdjustmentRule, InspectionRuleSet } from '../wire/inspection.ts';
import { type Exclusion, planExclusion } from './exclusion.ts';
import type { Finding, Neighbours, Surroundings } from './finding.ts';
import { planHotwordRule } from './hotword.ts';
import { POSSIBLE, parseLikelihood, planAdjustment } from './likelihood.ts';
import type { PatternBudget } from './pattern.ts';

/** Rules for findings of some infoTypes: adjustments in the order given, then exclusions. */
export interface RuleSet {
  infoTypes: ReadonlySet<string>;
  adjustments: readonly ((finding: Finding, surroundings: Surroundings, neighbours: Neighbours) => void)[];
  exclusions: readonly Exclusion[];
}

export function planRuleSet(set: InspectionRuleSet, index: number, budget: PatternBudget): RuleSet {
  const adjustments: RuleSet['adjustments'][number][] = [];
  const exclusions: Exclusion[] = [];
  set.rules.forEach((rule, position) => {
    const where = `inspect_config.rule_set[${index}].rules[${position}]`;
    if (rule.hotwordRule) {
      const { applies, adjust } = planHotwordRule(rule.hotwordRule, where, budget);
      adjustments.push((finding, surroundings) => {
        if (applies(finding, surroundings)) finding.likelihood = adjust(finding.likelihood);
      });
    } else if (rule.exclusionRule) {
      const exclusion = planExclusion(rule.exclusionRule, where, budget);
      if (exclusion) exclusions.push(exclusion);
    } else if (rule.adjustmentRule) {
      const adjustment = planMatchAdjustment(rule.adjustmentRule, where);
      if (adjustment) adjustments.push(adjustment);
    } else {
      throw new ApiError(
        'INVALID_ARGUMENT',
        `${where} must hold a hotword_rule, an exclusion_rule or an adjustment_rule`,
      );
    }
  });
  return { infoTypes: new Set(set.infoTypes.map(({ name }) => name)), adjustments, exclusions };
}

function planMatchAdjustment(rule: AdjustmentRule, where: string): RuleSet['adjustments'][number] | undefined {
  // "This rule is silently ignored if the content being inspected is not an image", and images are not inspected here.
  if (rule.adjustByImageFindings) return undefined;
  const { adjustByMatchingInfoTypes: match } = rule;
  if (!match)
    throw new ApiError('INVALID_ARGUMENT', `${where}.adjustment_rule must hold adjust_by_matching_info_types`);
  const infoTypes = new Set(match.infoTypes.map(({ name }) => name));
  const minimum = parseLikelihood(match.minLikelihood, POSSIBLE);
  const adjust = planAdjustment(rule.likelihoodAdjustment, where);
  return (finding, _, neighbours) => {
    const matched = neighbours.some(finding, (other) => infoTypes.has(other.infoType) && other.likelihood >= minimum);
    if (matched) finding.likelihood = adjust(finding.likelihood);
  };
}
