import { createScanner } from '../detect/scan.ts';
import { createNeighbours, type Finding } from './finding.ts';
import type { Likelihood } from './likelihood.ts';
import type { InspectionPlan } from './plan-inspection.ts';

/** Finds what the plan looks for in one text, in order of place. `header` is the name of the column it stands in. */
export type Inspector = (text: string, header?: string) => readonly Finding[];

const NOTHING: readonly Finding[] = [];

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
    let all = NOTHING;
    const scanned = scan(text, header);
    if (digitsOnly && scanned.runCount === 0) return NOTHING;
    for (const detector of plan.detectors) {
      if (detector.needsDigits && scanned.runCount === 0) continue;
      found = [];
      detector.find(scanned, report, wanted);
      if (found.length > 0) all = mergeByPlace(all, found);
    }
    if (plan.customs.length > 0) all = mergeByPlace(all, customFindings(plan, text, header));
    if (all.length === 0) return NOTHING;
    const kept = applyRules(plan, all, { text, header });
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
  found: readonly Finding[],
  surroundings: { text: string; header: string | undefined },
): readonly Finding[] {
  const likely = (finding: Finding) => finding.likelihood >= plan.minimumOf(finding.infoType);
  // What detectors report was held against its minimum there.
  if (plan.ruleSets.length === 0) return plan.customs.length === 0 ? found : found.filter(likely);
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

const byPlace = (a: Finding, b: Finding) => a.start - b.start || b.end - a.end;

/**
 * Both in order of place, the longer first. Most detectors go through a text from left to right, so that their findings need
 * no sorting, which would take longer than many a detector.
 */
function mergeByPlace(earlier: readonly Finding[], found: Finding[]): readonly Finding[] {
  for (let k = 1; k < found.length; k++) {
    if (byPlace(found[k - 1] as Finding, found[k] as Finding) <= 0) continue;
    found.sort(byPlace);
    break;
  }
  if (earlier.length === 0) return found;
  const merged: Finding[] = [];
  let at = 0;
  for (const finding of found) {
    for (; at < earlier.length && byPlace(earlier[at] as Finding, finding) <= 0; at++) {
      merged.push(earlier[at] as Finding);
    }
    merged.push(finding);
  }
  for (; at < earlier.length; at++) merged.push(earlier[at] as Finding);
  return merged;
}

function overlap(findings: readonly Finding[]): boolean {
  for (let k = 1; k < findings.length; k++) {
    if ((findings[k] as Finding).start < (findings[k - 1] as Finding).end) return true;
  }
  return false;
}

/** Of overlapping findings of one infoType (a custom one may extend a built-in one) the longest stays. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  if (!overlap(findings)) return findings;
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
