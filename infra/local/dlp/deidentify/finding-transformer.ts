import { ApiError } from '../../api-error.ts';
import type { Finding } from '../inspect/finding.ts';
import { createInspector, type Inspector } from '../inspect/inspect-text.ts';
import { planInspection } from '../inspect/plan-inspection.ts';
import { LIMITS } from '../limits.ts';
import { isFailure, type Primitive } from '../transform/primitive.ts';
import { utf8Length } from '../values/value-text.ts';
import type {
  InfoTypeTransformation,
  InfoTypeTransformations,
  PrimitiveTransformation,
} from '../wire/deidentification.ts';
import type { InspectConfig } from '../wire/inspection.ts';
import type { Value } from '../wire/value.ts';
import { countFailure, countSuccess, type Line } from './tally.ts';

/** Where a text stands. */
export interface Place {
  /** Name of its column. */
  header?: string;
  /** The cell of a field in the text's record, if it has one. */
  contextOf(field: string): Value | undefined;
  /** Where what happens to a finding is counted. */
  lineOf(infoType: string, rule: TransformationRule): Line;
}

/** Finds infoTypes in texts and transforms what it found, all findings of a transformation in one go. */
export interface FindingTransformer {
  read(text: string, place: Place): void;
  /** The texts in the order of reading; undefined for those that stay as they are. */
  write(): (string | undefined)[];
}

/** One transformation and the findings that it takes. */
export interface TransformationRule {
  index: number;
  config: PrimitiveTransformation;
  primitive: Primitive;
}

/** Counts a request's findings against Google's limit; shared by all its transformers. */
export interface FindingCount {
  add(findings: number): void;
}

export function createFindingCount(): FindingCount {
  let total = 0;
  return {
    add(findings) {
      total += findings;
      if (total > LIMITS.findings) {
        throw new ApiError('INVALID_ARGUMENT', 'Too many findings to de-identify. Retry with a smaller request.');
      }
    },
  };
}

type PlanRule = (transformation: InfoTypeTransformation) => Primitive;

/** `planRule` makes the primitive of a transformation: its forward or its reverse direction. */
export function planFindingTransformer(
  config: InfoTypeTransformations,
  inspectConfig: InspectConfig | null,
  count: FindingCount,
  planRule: PlanRule,
): FindingTransformer {
  const { transformations } = config;
  if (transformations.length === 0) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      'info_type_transformations.transformations must hold at least one transformation',
    );
  }
  const configured = (inspectConfig?.infoTypes.length ?? 0) + (inspectConfig?.customInfoTypes.length ?? 0) > 0;
  const byInfoType = new Map<string, TransformationRule>();
  let general: TransformationRule | undefined;
  transformations.forEach((transformation, index) => {
    const primitive = planRule(transformation);
    const rule = { index, config: transformation.primitiveTransformation ?? {}, primitive };
    if (transformation.infoTypes.length === 0) {
      if (!configured) throw new ApiError('INVALID_ARGUMENT', NO_INFO_TYPES);
      if (general) throw new ApiError('INVALID_ARGUMENT', 'Only one transformation may leave out info_types');
      general = rule;
    }
    for (const { name } of transformation.infoTypes) {
      if (byInfoType.has(name)) {
        throw new ApiError(
          'INVALID_ARGUMENT',
          `info_type_transformations names ${name} more than once; one transformation an infoType is allowed`,
        );
      }
      byInfoType.set(name, rule);
    }
  });
  const inspector = createInspector(planInspection(inspectConfig, { named: [...byInfoType.keys()], defaults: false }));
  return createTransformer(inspector, (infoType) => byInfoType.get(infoType) ?? general, count);
}

/** Google's wording. */
const NO_INFO_TYPES =
  'Request contains no InfoTypes or CustomInfoTypes, however an InfoTypeTransformation was included that had no InfoType name included. You must specify InfoTypes or CustomInfoTypes within InspectConfig in this case so that Cloud DLP can determine what to inspect for.';

/** What was found for one rule: the quotes, where each belongs, and what it becomes. */
interface Batch {
  rule: TransformationRule;
  texts: string[];
  infoTypes: string[];
  contexts: (Value | undefined)[];
  changes: Change[];
  lines: Line[];
}

interface Change extends Finding {
  replacement?: string;
}

function createTransformer(
  inspect: Inspector,
  ruleOf: (infoType: string) => TransformationRule | undefined,
  count: FindingCount,
): FindingTransformer {
  let texts: { text: string; changes: Change[] }[] = [];
  let batches = new Map<number, Batch>();

  function batchOf(rule: TransformationRule): Batch {
    const known = batches.get(rule.index);
    if (known) return known;
    const batch: Batch = { rule, texts: [], infoTypes: [], contexts: [], changes: [], lines: [] };
    batches.set(rule.index, batch);
    return batch;
  }

  return {
    read(text, { header, contextOf, lineOf }) {
      const findings = inspect(text, header);
      count.add(findings.length);
      const changes: Change[] = withoutOverlaps(findings.filter(({ infoType }) => ruleOf(infoType)));
      for (const change of changes) {
        const rule = ruleOf(change.infoType) as TransformationRule;
        const batch = batchOf(rule);
        batch.texts.push(text.slice(change.start, change.end));
        batch.infoTypes.push(change.infoType);
        batch.contexts.push(
          rule.primitive.contextField === undefined ? undefined : contextOf(rule.primitive.contextField),
        );
        batch.changes.push(change);
        batch.lines.push(lineOf(change.infoType, rule));
      }
      texts.push({ text, changes });
    },
    write() {
      for (const { rule, texts: quotes, infoTypes, contexts, changes, lines } of batches.values()) {
        const outcomes = rule.primitive.apply({ texts: quotes, infoTypes, contexts });
        outcomes.forEach((outcome, i) => {
          const change = changes[i] as Change;
          const line = lines[i] as Line;
          if (isFailure(outcome)) {
            countFailure(line, outcome.failure);
          } else if (typeof outcome === 'string') {
            change.replacement = outcome;
            // What is transformed here was found by inspection: simple redaction is free.
            countSuccess(line, utf8Length(quotes[i] as string), rule.primitive.simpleRedaction === true);
          }
        });
      }
      const written = texts.map(({ text, changes }) => (changes.length === 0 ? undefined : splice(text, changes)));
      texts = [];
      batches = new Map();
      return written;
    },
  };
}

function splice(text: string, changes: readonly Change[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, replacement } of changes) {
    if (replacement === undefined) continue;
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

/** A character is transformed once: of findings that overlap the longest stays, of equally long ones the likeliest. */
function withoutOverlaps(findings: Finding[]): Finding[] {
  if (findings.length < 2) return findings;
  const ranked = [...findings].sort(
    (a, b) => b.end - b.start - (a.end - a.start) || b.likelihood - a.likelihood || a.start - b.start,
  );
  const kept: Finding[] = [];
  for (const finding of ranked) {
    if (kept.every((other) => other.end <= finding.start || finding.end <= other.start)) kept.push(finding);
  }
  return kept.sort((a, b) => a.start - b.start);
}
