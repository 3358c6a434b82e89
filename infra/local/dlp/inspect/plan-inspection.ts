import { ApiError } from '../../api-error.ts';
import type { Detector } from '../detect/detector.ts';
import { DEFAULT_INFO_TYPES, detectorOf, isBuiltIn } from '../detect/registry.ts';
import { atMost, LIMITS } from '../limits.ts';
import type { InspectConfig } from '../wire/inspection.ts';
import { type CustomDetector, planCustomDetector } from './custom-detector.ts';
import { type Likelihood, POSSIBLE, parseLikelihood } from './likelihood.ts';
import { planRuleSet, type RuleSet } from './rule-set.ts';

/** What to look for, and which of it to return. */
export interface InspectionPlan {
  detectors: readonly Detector[];
  /** Built-in infoTypes whose findings count. */
  wanted: ReadonlySet<string>;
  customs: readonly CustomDetector[];
  ruleSets: readonly RuleSet[];
  minimumOf(infoType: string): Likelihood;
}

/**
 * `named` are infoTypes that transformations name: they are looked for whether or not the inspect configuration names them.
 * Without any infoType the default ones are looked for, if `defaults` says so.
 * @throws ApiError INVALID_ARGUMENT for a configuration that Google refuses, UNIMPLEMENTED for one that only Google serves.
 */
export function planInspection(
  config: InspectConfig | null,
  { named = [], defaults }: { named?: readonly string[]; defaults: boolean },
): InspectionPlan {
  const customInfoTypes = config?.customInfoTypes ?? [];
  const requested = [...(config?.infoTypes ?? []).map(({ name }) => name), ...named];
  checkCounts(config, requested);
  const budget = { spent: 0 };
  const customs = customInfoTypes.map((custom, index) => planCustomDetector(custom, index, budget));
  const customNames = new Set(customs.map(({ infoType }) => infoType));
  const wanted = new Set<string>();
  for (const name of requested) {
    if (name === 'ALL_BASIC') for (const basic of DEFAULT_INFO_TYPES) wanted.add(basic);
    else if (isBuiltIn(name)) wanted.add(name);
    else if (!customNames.has(name)) throw unknownInfoType(name);
  }
  if (wanted.size === 0 && customs.length === 0 && defaults) for (const name of DEFAULT_INFO_TYPES) wanted.add(name);
  const detectors = new Set<Detector>();
  for (const name of wanted) detectors.add(detectorOf(name));
  return {
    detectors: [...detectors],
    wanted,
    customs,
    ruleSets: (config?.ruleSet ?? []).map((set, index) => planRuleSet(set, index, budget)),
    minimumOf: planMinimum(config),
  };
}

function planMinimum(config: InspectConfig | null): (infoType: string) => Likelihood {
  // "If you don't set a minimum likelihood ... returns only the findings with a likelihood of POSSIBLE and higher."
  const general = parseLikelihood(config?.minLikelihood ?? 'LIKELIHOOD_UNSPECIFIED', POSSIBLE);
  const own = new Map<string, Likelihood>();
  for (const { infoType, minLikelihood } of config?.minLikelihoodPerInfoType ?? []) {
    if (!infoType?.name) throw invalid('inspect_config.min_likelihood_per_info_type needs an info_type');
    if (minLikelihood === 'LIKELIHOOD_UNSPECIFIED') {
      throw invalid(`inspect_config.min_likelihood_per_info_type needs a min_likelihood for ${infoType.name}`);
    }
    own.set(infoType.name, parseLikelihood(minLikelihood, POSSIBLE));
  }
  return (infoType) => own.get(infoType) ?? general;
}

function checkCounts(config: InspectConfig | null, requested: readonly string[]): void {
  const customs = config?.customInfoTypes ?? [];
  const all = new Set([...requested, ...customs.map(({ infoType }) => infoType?.name ?? '')]);
  const dictionaries = customs.filter(({ dictionary, stored }) => dictionary && !stored).length;
  const longest = Math.max(0, ...(config?.ruleSet ?? []).map(({ rules }) => rules.length));
  atMost(LIMITS.infoTypes, all.size, 'built-in and custom infoTypes per request');
  atMost(LIMITS.customInfoTypes, customs.length, 'custom infoTypes per request');
  atMost(LIMITS.dictionaries, dictionaries, 'regular custom dictionaries per request');
  atMost(LIMITS.ruleSets, config?.ruleSet.length ?? 0, 'inspection rule sets per inspection configuration');
  atMost(LIMITS.rulesPerSet, longest, 'inspection rules per set');
}

function unknownInfoType(name: string): ApiError {
  return invalid(
    `Invalid built-in info type name "${name}". The local cloud detects the infoTypes that infoTypes.list returns.`,
  );
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
