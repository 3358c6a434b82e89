import { leafColumns } from '../../functions/model/leaf.ts';
import type { Release } from '../../functions/model/release.ts';
import { infoTypesOf } from '../../functions/model/transformation.ts';
import { keysOf } from './keys/key-uses.ts';
import { SCHEDULES, type Schedule } from './schedules.ts';

/** What the declarations ask of the infrastructure: the variable `declared` of infra/deploy. */
export interface Declared {
  /** Folders under the raw bucket that its notifications are for; '' = all of it. */
  raw_prefixes: string[];
  datasets: Record<string, { sources: boolean; transforms: boolean }>;
  keys: string[];
  info_types: string[];
  expectations: Record<string, { every_seconds: number; by?: string }>;
  schedules: Readonly<Record<string, Schedule>>;
}

/** Cloud Storage's own limit of notifications of one event a bucket. Source: cloud.google.com/storage/quotas. */
const MAX_PREFIXES = 10;

export function planDeclared({ sources, transforms }: Release): Declared {
  const writes = (list: readonly { dataset: string }[], dataset: string): boolean =>
    list.some((one) => one.dataset === dataset);
  const datasets = [...new Set([...sources, ...transforms].map(({ dataset }) => dataset))].sort();
  return {
    raw_prefixes: prefixesOf(sources.map(({ files }) => files.prefix)),
    datasets: Object.fromEntries(
      datasets.map((name) => [name, { sources: writes(sources, name), transforms: writes(transforms, name) }]),
    ),
    keys: keysOf({ sources }),
    info_types: [
      ...new Set(
        sources.flatMap(({ columns }) =>
          leafColumns(columns).flatMap(({ privacy }) =>
            privacy.kind === 'transform' ? infoTypesOf(privacy.transform) : [],
          ),
        ),
      ),
    ].sort(),
    expectations: Object.fromEntries(
      sources.flatMap(({ id, expect }) =>
        expect ? [[id, { every_seconds: expect.everySeconds, ...(expect.by && { by: expect.by }) }]] : [],
      ),
    ),
    schedules: SCHEDULES,
  };
}

/** First folders, not whole prefixes: a file in a misspelt folder beside the right one is told of at once as well. */
function prefixesOf(prefixes: readonly string[]): string[] {
  const folders = [...new Set(prefixes.map((prefix) => prefix.slice(0, prefix.indexOf('/') + 1) || prefix))].sort();
  const outermost = folders.filter((one) => !folders.some((other) => other !== one && one.startsWith(other)));
  return outermost.length === 0 || outermost.length > MAX_PREFIXES ? [''] : outermost;
}
