import { createInspector, type Inspector } from '../../../../../infra/local/dlp/inspect/inspect-text.ts';
import { planInspection } from '../../../../../infra/local/dlp/inspect/plan-inspection.ts';
import type { InspectConfig, LikelihoodName } from '../../../../../infra/local/dlp/wire/inspection.ts';

export function configOf(infoTypes: readonly string[], changes: Partial<InspectConfig> = {}): InspectConfig {
  return {
    infoTypes: infoTypes.map((name) => ({ name })),
    minLikelihood: 'LIKELIHOOD_UNSPECIFIED',
    minLikelihoodPerInfoType: [],
    limits: null,
    includeQuote: false,
    excludeInfoTypes: false,
    customInfoTypes: [],
    ruleSet: [],
    ...changes,
  };
}

export function inspectorFor(infoTypes: readonly string[], minLikelihood: LikelihoodName = 'POSSIBLE'): Inspector {
  return createInspector(planInspection(configOf(infoTypes, { minLikelihood }), { defaults: false }));
}

/** The quotes of what is found, in order. */
export function quotesOf(inspect: Inspector, text: string, header?: string): string[] {
  return inspect(text, header).map(({ start, end }) => text.slice(start, end));
}
