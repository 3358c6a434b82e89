import { ApiError } from '../../api-error.ts';
import type { TransformationOverview, TransformationSummary } from '../wire/deidentification.ts';

/** One summary of the overview while it is counted. */
export interface Line {
  head: Omit<TransformationSummary, 'results' | 'transformedBytes'>;
  successes: number;
  bytes: number;
  /** Those of `bytes` that are charged; redaction is not where inspection is configured. */
  charged: number;
  /** How often each failure occurred. */
  failures: Map<string, number>;
}

export interface Tally {
  /** The line `key` names, opened with `head` the first time. */
  line(key: string, head: Line['head']): Line;
  overview(): TransformationOverview;
  /** Bytes that are charged as transformation. */
  chargedBytes(): number;
  /** @throws ApiError INVALID_ARGUMENT if any transformation failed. */
  throwFailures(): void;
}

export function createTally(): Tally {
  const lines = new Map<string, Line>();
  const used = () => [...lines.values()].filter(({ successes, failures }) => successes > 0 || failures.size > 0);
  return {
    line(key, head) {
      const known = lines.get(key);
      if (known) return known;
      const line: Line = { head, successes: 0, bytes: 0, charged: 0, failures: new Map() };
      lines.set(key, line);
      return line;
    },
    overview() {
      const summaries = used().map(renderSummary);
      const bytes = used().reduce((sum, line) => sum + line.bytes, 0);
      return { transformedBytes: String(bytes), transformationSummaries: summaries };
    },
    chargedBytes: () => used().reduce((sum, { charged }) => sum + charged, 0),
    throwFailures() {
      const failed = used().filter(({ failures }) => failures.size > 0);
      if (failed.length === 0) return;
      const errors = failed.flatMap(({ head, failures }) =>
        [...failures].map(([failure, count]) => `${placeOf(head)}${failure} (${count} times)`),
      );
      throw new ApiError(
        'INVALID_ARGUMENT',
        // Google's sentence; its error details are given behind it, since the local cloud's errors carry text only.
        `Could not de-identify all content due to transformation errors. See the error details for an overview of all the transformation errors encountered. ${errors.join('; ')}`,
      );
    },
  };
}

export function countSuccess(line: Line, bytes: number, free: boolean): void {
  line.successes++;
  line.bytes += bytes;
  if (!free) line.charged += bytes;
}

export function countFailure(line: Line, failure: string): void {
  line.failures.set(failure, (line.failures.get(failure) ?? 0) + 1);
}

function renderSummary({ head, successes, bytes, failures }: Line): TransformationSummary {
  const results: TransformationSummary['results'] = [];
  if (successes > 0) results.push({ count: String(successes), code: 'SUCCESS' });
  for (const [details, count] of failures) results.push({ count: String(count), code: 'ERROR', details });
  return { ...head, results, transformedBytes: String(bytes) };
}

function placeOf({ field, infoType }: Line['head']): string {
  const place = [field && `field ${field.name}`, infoType && `infoType ${infoType.name}`].filter(Boolean).join(', ');
  return place === '' ? '' : `${place}: `;
}
