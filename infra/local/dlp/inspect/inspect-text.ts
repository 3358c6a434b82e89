import { createScanner } from '../detect/scan.ts';
import { createNeighbours, type Finding } from './finding.ts';
import type { Likelihood } from './likelihood.ts';
import type { InspectionPlan } from './plan-inspection.ts';

/** Finds what the plan looks for in one text, in order of place. `header` is the name of the column it stands in. */
export type Inspector = (text: string, header?: string) => Finding[];

const NOTHING: Finding[] = [];

export function createInspector(plan: InspectionPlan): Inspector {
  const scan = createScanner(plan.detectors.some(({ wantsCapitals }) => wantsCapitals));
  const digitsOnly = plan.customs.length === 0 && plan.detectors.every(({ needsDigits }) => needsDigits);
  const hidden = new Set(plan.customs.filter((custom) => custom.hidden).map(({ infoType }) => infoType));
  const { wanted } = plan;
  let found: Finding[] = [];
  // Rules may raise what is unlikely, and count on it; without them it is dropped before anything is made of it.
  const least = new Map(
    [...wanted].map((infoType) => [infoType, plan.ruleSets.length > 0 ? 1 : plan.minimumOf(infoType)]),
  );
  const report = (infoType: string, start: number, end: number, likelihood: Likelihood) => {
    const minimum = least.get(infoType);
    if (minimum !== undefined && likelihood >= minimum) found.push({ infoType, start, end, likelihood });
  };

  return (text, header) => {
    if (text === '') return NOTHING;
    found = [];
    const scanned = scan(text, header);
    if (digitsOnly && scanned.runCount === 0) return NOTHING;
    for (const detector of plan.detectors) {
      if (detector.needsDigits && scanned.runCount === 0) continue;
      detector.find(scanned, report, wanted);
    }
    if (plan.customs.length > 0) found = found.concat(customFindings(plan, text, header));
    if (found.length === 0) return NOTHING;
    const kept = applyRules(plan, found, { text, header });
    return withoutRepeats(hidden.size === 0 ? kept : kept.filter(({ infoType }) => !hidden.has(infoType)));
  };
}

function customFindings(plan: InspectionPlan, text: string, header: string | undefined): Finding[] {
  const surroundings = { text, header };
  return plan.customs.flatMap((custom) =>
    custom.find(text).map((span) => {
      const finding = { ...span, infoType: custom.infoType, likelihood: custom.likelihood };
      for (const rule of custom.rules) {
        if (rule.applies(finding, surroundings)) finding.likelihood = rule.adjust(finding.likelihood);
      }
      return finding;
    }),
  );
}

function applyRules(
  plan: InspectionPlan,
  found: Finding[],
  surroundings: { text: string; header: string | undefined },
): Finding[] {
  const likely = (finding: Finding) => finding.likelihood >= plan.minimumOf(finding.infoType);
  if (plan.ruleSets.length === 0) return found.filter(likely);
  const everything = createNeighbours(found);
  for (const { infoTypes, adjustments } of plan.ruleSets) {
    for (const finding of found) {
      if (!infoTypes.has(finding.infoType)) continue;
      for (const adjust of adjustments) adjust(finding, surroundings, everything);
    }
  }
  const kept = found.filter(likely);
  const neighbours = createNeighbours(kept);
  // "Exclusion rules, contained in the set are executed in the end." Source: InspectConfig.rule_set in dlp.proto.
  return kept.filter(
    (finding) =>
      !plan.ruleSets.some(
        ({ infoTypes, exclusions }) =>
          infoTypes.has(finding.infoType) && exclusions.some((excludes) => excludes(finding, surroundings, neighbours)),
      ),
  );
}

/** In order of place; of overlapping findings of one infoType (a custom one may extend a built-in one) the longest stays. */
function withoutRepeats(findings: Finding[]): Finding[] {
  if (findings.length < 2) return findings;
  findings.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Finding[] = [];
  /** No finding kept so far ends behind it: most find nothing to compare with. */
  let reach = 0;
  for (const finding of findings) {
    if (finding.start < reach) {
      const at = kept.findLastIndex((other) => other.infoType === finding.infoType);
      const last = kept[at];
      if (last && finding.start < last.end) {
        if (finding.end - finding.start <= last.end - last.start) continue;
        kept.splice(at, 1);
      }
    }
    reach = Math.max(reach, finding.end);
    kept.push(finding);
  }
  return kept;
}
