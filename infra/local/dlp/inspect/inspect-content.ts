import type { WireTime } from '../../wire-time.ts';
import { readColumns } from '../columns.ts';
import type { Content } from '../content.ts';
import { LIMITS } from '../limits.ts';
import { textOf, utf8Length } from '../values/value-text.ts';
import type { FindingLimits, FindingMessage, InspectConfig } from '../wire/inspection.ts';
import type { FieldId } from '../wire/value.ts';
import type { Finding } from './finding.ts';
import { createInspector } from './inspect-text.ts';
import { renderLikelihood } from './likelihood.ts';
import { locate } from './offsets.ts';
import { planInspection } from './plan-inspection.ts';
import { readQuoteInfo } from './quote-info.ts';

export interface InspectionResult {
  response: { result: { findings: FindingMessage[]; findingsTruncated: boolean } };
  inspectedBytes: number;
}

export interface FindingStamp {
  now(): WireTime;
  newId(): string;
}

/** Inspects an item. Findings come in order of place; what exceeds the limits is left out and `findingsTruncated` says so. */
export function inspectContent(content: Content, config: InspectConfig | null, stamp: FindingStamp): InspectionResult {
  const inspect = createInspector(planInspection(config, { defaults: true }));
  const limit = createLimit(config?.limits ?? null);
  const findings: FindingMessage[] = [];
  const createTime = stamp.now();
  const add = (text: string, found: readonly Finding[], cell?: { header: FieldId | undefined; row: number }) => {
    const kept = found.filter(({ infoType }) => limit.take(infoType));
    const places = locate(text, kept);
    kept.forEach((finding, index) => {
      const place = places[index];
      if (!place) return;
      findings.push({
        ...describe(text.slice(finding.start, finding.end), finding, config),
        location: {
          byteRange: render(place.bytes),
          codepointRange: render(place.codepoints),
          ...(cell ? { contentLocations: [recordLocation(cell)] } : {}),
        },
        createTime,
        findingId: stamp.newId(),
      });
    });
  };
  let inspectedBytes = 0;
  if (content.kind === 'text') {
    add(content.text, inspect(content.text));
    inspectedBytes = utf8Length(content.text);
  } else {
    const { headers } = content.table;
    readColumns(content.table);
    content.table.rows.forEach(({ values }, row) => {
      values.forEach((value, column) => {
        const text = textOf(value);
        if (text === undefined) return;
        inspectedBytes += utf8Length(text);
        const found = inspect(text, headers[column]?.name);
        if (found.length > 0) add(text, found, { header: headers[column], row });
      });
    });
  }
  return { response: { result: { findings, findingsTruncated: limit.exceeded() } }, inspectedBytes };
}

function describe(
  quote: string,
  { infoType, likelihood }: Finding,
  config: InspectConfig | null,
): Pick<FindingMessage, 'quote' | 'infoType' | 'likelihood' | 'quoteInfo'> {
  const quoted = config?.includeQuote && utf8Length(quote) <= LIMITS.quoteBytes;
  const quoteInfo = quoted ? readQuoteInfo(infoType, quote) : undefined;
  return {
    ...(quoted ? { quote } : {}),
    ...(config?.excludeInfoTypes ? {} : { infoType: { name: infoType } }),
    likelihood: renderLikelihood(likelihood),
    ...(quoteInfo ? { quoteInfo } : {}),
  };
}

const render = ({ start, end }: { start: number; end: number }) => ({ start: String(start), end: String(end) });

function recordLocation({ header, row }: { header: FieldId | undefined; row: number }) {
  return {
    recordLocation: {
      ...(header ? { fieldId: { name: header.name } } : {}),
      tableLocation: { rowIndex: String(row) },
    },
  };
}

/**
 * "The resulting maximum value is the value that you set or 3,000, whichever is lower"; max_findings_per_item "is ignored"
 * for content. A limit without an infoType holds for all that have none of their own.
 */
function createLimit(limits: FindingLimits | null): { take(infoType: string): boolean; exceeded(): boolean } {
  let left: number = Math.min(limits?.maxFindingsPerRequest || LIMITS.findings, LIMITS.findings);
  const own = new Map(
    (limits?.maxFindingsPerInfoType ?? []).map(({ infoType, maxFindings }) => [
      infoType?.name ?? '',
      maxFindings || Number.POSITIVE_INFINITY,
    ]),
  );
  const general = own.get('');
  const counts = new Map<string, number>();
  let exceeded = false;
  return {
    take(infoType) {
      const most = own.get(infoType) ?? general ?? Number.POSITIVE_INFINITY;
      const count = counts.get(infoType) ?? 0;
      if (left === 0 || count >= most) {
        exceeded = true;
        return false;
      }
      counts.set(infoType, count + 1);
      left--;
      return true;
    },
    exceeded: () => exceeded,
  };
}
