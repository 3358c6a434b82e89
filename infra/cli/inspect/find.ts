import { isMute, planInspection } from '../../../functions/plan/inspection.ts';
import { renderInspection } from '../../../functions/render/inspection.ts';
import type { Endpoints } from '../endpoints.ts';
import { callJson } from '../http-json.ts';
import type { ReadFile } from './read-file.ts';

/** What DLP found in a column's sampled values, each distinct value counted once. */
export interface Evidence {
  /** Values that were shown. */
  shown: number;
  found: readonly Found[];
}

export interface Found {
  infoType: string;
  /** Values that hold it. */
  values: number;
  /** Values that are hardly anything else. */
  whole: number;
}

interface Answer {
  result: {
    findings?: {
      infoType: { name: string };
      location: {
        codepointRange: { start?: string; end: string };
        contentLocations: { recordLocation: { fieldId: { name: string }; tableLocation: { rowIndex?: string } } }[];
      };
    }[];
  };
}

/** Shows the sample to the local DLP, as the pipeline's own check of public columns does. Evidence by path. */
export async function findIn(
  { leaves, sample }: Pick<ReadFile, 'leaves' | 'sample'>,
  { dlp, project }: Endpoints,
): Promise<Map<string, Evidence>> {
  const names = leaves.map(({ path }) => path);
  const tallies = names.map(() => ({ shown: 0, found: new Map<string, Found>() }));
  const quiet = leaves.map(({ column }) => isMute(column.type ?? ''));
  const shown = sample.map(({ row, values }) => ({
    row,
    values: values.map((value, at) => (quiet[at] ? null : value)),
  }));
  for (const rows of planInspection(shown)) {
    const { inspectConfig, headers, rows: cells } = renderInspection(names, rows);
    const item = { table: { headers: headers.map((name) => ({ name })), rows: cells } };
    const url = `${dlp.rest}/v2/projects/${project}/locations/global/content:inspect`;
    const answer = await callJson<Answer>('POST', url, { inspectConfig, item });
    for (const { values } of rows)
      values.forEach((value, at) => {
        const tally = tallies[at];
        if (value !== null && tally) tally.shown++;
      });
    for (const [key, characters] of charactersOfEach(answer?.result.findings ?? [])) {
      const [column = '', infoType = '', row = ''] = JSON.parse(key) as string[];
      const at = names.indexOf(column);
      const found = tallies[at]?.found;
      const value = rows[Number(row)]?.values[at] ?? '';
      const old = found?.get(infoType) ?? { infoType, values: 0, whole: 0 };
      const isWhole = characters >= MOST * [...value].length;
      found?.set(infoType, { infoType, values: old.values + 1, whole: old.whole + (isWhole ? 1 : 0) });
    }
  }
  const evidence = tallies.map(({ shown, found }) => ({
    shown,
    found: [...found.values()].sort((a, b) => b.values - a.values),
  }));
  return new Map(names.map((name, at) => [name, evidence[at] ?? NO_EVIDENCE]));
}

export const NO_EVIDENCE: Evidence = { shown: 0, found: [] };

/** A finding that covers this share of a value is the value. */
const MOST = 0.8;

/** Characters that are found of each infoType in each cell. */
function charactersOfEach(findings: NonNullable<Answer['result']['findings']>): Map<string, number> {
  const cells = new Map<string, number>();
  for (const { infoType, location } of findings) {
    const place = location.contentLocations[0]?.recordLocation;
    const key = JSON.stringify([place?.fieldId.name, infoType.name, place?.tableLocation.rowIndex ?? '0']);
    const { start, end } = location.codepointRange;
    cells.set(key, (cells.get(key) ?? 0) + Number(end) - Number(start ?? 0));
  }
  return cells;
}
