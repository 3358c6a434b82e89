import { ApiError } from '../../api-error.ts';
import type { ExclusionRule } from '../wire/inspection.ts';
import { planDictionary } from './dictionary.ts';
import type { Finding, Neighbours, Span, Surroundings } from './finding.ts';
import { planHotword } from './hotword.ts';
import { compilePattern, type PatternBudget } from './pattern.ts';

/** Whether a finding is left out. `neighbours` are the text's findings that are likely enough to be returned. */
export type Exclusion = (finding: Finding, surroundings: Surroundings, neighbours: Neighbours) => boolean;

type MatchingType = 'MATCHING_TYPE_FULL_MATCH' | 'MATCHING_TYPE_PARTIAL_MATCH' | 'MATCHING_TYPE_INVERSE_MATCH';

/** undefined for a rule that concerns images only: Google ignores it for other content. */
export function planExclusion(rule: ExclusionRule, where: string, budget: PatternBudget): Exclusion | undefined {
  if (rule.excludeByImageFindings) return undefined;
  if (rule.excludeByHotword) {
    return planHotword(rule.excludeByHotword.hotwordRegex, rule.excludeByHotword.proximity, where, budget);
  }
  const type = matchingTypeOf(rule.matchingType, where);
  if (rule.dictionary) {
    const words = planDictionary(rule.dictionary, where);
    return matching(type, {
      full: (quote) => words.covers(quote),
      partial: (quote) => words.find(quote).length > 0,
    });
  }
  if (rule.regex) {
    const pattern = compilePattern(rule.regex, where, budget);
    return matching(type, {
      full: (quote) => coversWhole(pattern.find(quote), quote.length),
      partial: (quote) => pattern.test(quote),
    });
  }
  if (rule.excludeInfoTypes) {
    const infoTypes = new Set(rule.excludeInfoTypes.infoTypes.map(({ name }) => name));
    const listed = (other: Finding) => infoTypes.has(other.infoType);
    switch (type) {
      case 'MATCHING_TYPE_FULL_MATCH':
        return (finding, _, neighbours) =>
          neighbours.some(
            finding,
            (other) => listed(other) && other.start <= finding.start && finding.end <= other.end,
          );
      case 'MATCHING_TYPE_PARTIAL_MATCH':
        return (finding, _, neighbours) => neighbours.some(finding, listed);
      case 'MATCHING_TYPE_INVERSE_MATCH':
        return (finding, _, neighbours) => !neighbours.some(finding, listed);
    }
  }
  throw new ApiError(
    'INVALID_ARGUMENT',
    `${where}.exclusion_rule must hold a dictionary, a regex, exclude_info_types or exclude_by_hotword`,
  );
}

function matchingTypeOf(name: string, where: string): MatchingType {
  if (
    name === 'MATCHING_TYPE_FULL_MATCH' ||
    name === 'MATCHING_TYPE_PARTIAL_MATCH' ||
    name === 'MATCHING_TYPE_INVERSE_MATCH'
  ) {
    return name;
  }
  throw new ApiError('INVALID_ARGUMENT', `${where}.exclusion_rule.matching_type must be set, but it is ${name}`);
}

function matching(
  type: MatchingType,
  quoteMatches: { full(quote: string): boolean; partial(quote: string): boolean },
): Exclusion {
  const quoteOf = (span: Span, surroundings: Surroundings) => surroundings.text.slice(span.start, span.end);
  switch (type) {
    case 'MATCHING_TYPE_FULL_MATCH':
      return (finding, surroundings) => quoteMatches.full(quoteOf(finding, surroundings));
    case 'MATCHING_TYPE_PARTIAL_MATCH':
      return (finding, surroundings) => quoteMatches.partial(quoteOf(finding, surroundings));
    case 'MATCHING_TYPE_INVERSE_MATCH':
      return (finding, surroundings) => !quoteMatches.partial(quoteOf(finding, surroundings));
  }
}

/** "All regex matches fill a finding quote from start to end." */
function coversWhole(spans: readonly Span[], length: number): boolean {
  let end = 0;
  for (const span of spans) {
    if (span.start > end) return false;
    end = Math.max(end, span.end);
  }
  return end === length;
}
