import type { DlpCharge, MeasuredFile } from '../../../functions/model/dlp-charge.ts';
import type { Release } from '../../../functions/model/release.ts';
import type { Source } from '../../../functions/model/source.ts';
import { downstreamOf, transformOf } from '../../../functions/plan/build.ts';
import { addCharges, priceOfCharge } from '../../../functions/render/dlp-charge.ts';
import { type Bill, type BillSku, computeBill, PRICES } from '../../bill/bill.ts';
import { DEPLOYED } from '../../bill/deployed.ts';
import { planFile } from '../../bill/file-cost.ts';
import type { Part } from '../../bill/part.ts';
import { USAGE } from '../../bill/usage.ts';
import { type ReadBytes, readBytes } from '../plan/read-bytes.ts';
import type { Site } from '../site.ts';
import { tableSizes } from '../warehouse-tables.ts';
import type { PlacedFile } from './find-source.ts';

export interface FileEstimate {
  file: string;
  source: string;
  /** Bytes. */
  size: number;
  measured: MeasuredFile;
  charge: DlpCharge;
  /** USD at list price; with whether a max_cost would hold the file back. */
  dlp: { usd: number; maxCost?: number; waits: boolean };
  once: Part[];
  monthly: Part[];
  /** What may come on top and is not in the sums. */
  unknown: string[];
}

/** Everything about one file that its run will cost. `site` is a warehouse that may be asked for what lies there. */
export async function estimateFile(
  release: Release,
  { path, size, source }: PlacedFile,
  measured: MeasuredFile,
  site: Site | undefined,
): Promise<FileEstimate> {
  const charge = addCharges(measured.inspection, measured.transformation);
  const usd = priceOfCharge(charge);
  const built = await transformsOf(release, source, site);
  const table = source.load.mode === 'merge' ? await bytesOfTable(source, site) : undefined;
  const { once, monthly } = planFile(
    {
      bytes: size,
      plainBytes: measured.plainBytes,
      shards: measured.shards,
      dlpRequests: charge.requests,
      keyRequests: measured.transformation.requests,
      inspectedBytes: charge.inspected,
      transformedBytes: charge.transformed + charge.findings,
      isLimited: source.maxCost !== undefined,
      ...(source.load.mode === 'merge' && { merge: table === undefined ? {} : { tableBytes: table } }),
      transforms: built.map(({ id, reads }) => ({ id, ...('bytes' in reads && { bytes: reads.bytes }) })),
    },
    DEPLOYED,
    USAGE,
  );
  const { maxCost } = source;
  return {
    file: path,
    source: source.id,
    size,
    measured,
    charge,
    dlp: { usd, ...(maxCost !== undefined && { maxCost }), waits: maxCost !== undefined && usd > maxCost },
    once,
    monthly,
    unknown: [
      ...(source.load.mode === 'merge' && table === undefined
        ? [
            `what the merge reads of ${source.id} above BigQuery's least: ${site ? 'its size is not known there' : OFFLINE.why}`,
          ]
        : []),
      ...built.flatMap(({ id, reads }) =>
        reads.kind === 'unknown' ? [`what ${id} reads above BigQuery's least: ${reads.why}`] : [],
      ),
      ...(charge.findings > 0
        ? ['how many findings are transformed: each text that is looked through counts as one, so it is at most this']
        : []),
    ],
  };
}

const OFFLINE = { kind: 'unknown', why: 'no warehouse was asked (--data or --env)' } as const;

interface BuiltTransform {
  id: string;
  reads: ReadBytes;
}

/** What a load into the source's table has built: all below it that say `on: [load]`. */
async function transformsOf(release: Release, source: Source, site: Site | undefined): Promise<BuiltTransform[]> {
  const built: BuiltTransform[] = [];
  for (const id of downstreamOf(release, source.id)) {
    const transform = transformOf(release, id);
    if (!transform?.on.load) continue;
    built.push({ id, reads: site ? await readBytes(site, transform) : OFFLINE });
  }
  return built;
}

async function bytesOfTable({ id }: Source, site: Site | undefined): Promise<number | undefined> {
  if (!site) return undefined;
  return (await tableSizes(site, [id])).get(id)?.bytes ?? 0;
}

/** All parts of all files, as a price list has them. */
export function billOf(parts: readonly Part[]): Bill {
  const units = new Map<BillSku, number>();
  for (const { sku, units: more } of parts) units.set(sku, (units.get(sku) ?? 0) + more);
  return computeBill(units, PRICES);
}
