import type { DlpCharge, MeasuredColumn } from '../model/dlp-charge.ts';
import type { Source } from '../model/source.ts';
import type { ShardWork } from '../ports.ts';
import { addCharges, chargeOfInspection, chargeOfPack, NO_CHARGE } from '../render/dlp-charge.ts';
import { sampleOf } from './inspect-public.ts';
import { packsOf } from './packs.ts';

export interface MeasuredShard {
  /** Looking at the sample of public columns. */
  inspection: DlpCharge;
  transformation: DlpCharge;
  /** Protected columns that DLP sees, in the declaration's order. */
  columns: MeasuredColumn[];
}

/** What de-identifying the shard will send to DLP, value by value, without sending any: the work is left as it was. */
export async function measureShard(
  source: Source,
  work: Pick<ShardWork, 'distinct' | 'sample'>,
): Promise<MeasuredShard> {
  const columns = new Map<string, MeasuredColumn>();
  const columnOf = (name: string): MeasuredColumn => {
    const column = columns.get(name) ?? { name, values: 0, bytes: 0, spared: 0 };
    columns.set(name, column);
    return column;
  };
  let transformation = NO_CHARGE;
  const spare = async ({ name }: { name: string }, texts: readonly string[]): Promise<void> => {
    columnOf(name).spared += texts.length;
  };
  for await (const pack of packsOf(source, work, spare)) {
    transformation = addCharges(transformation, chargeOfPack(pack));
    for (const { column, values } of pack.segments) {
      const measured = columnOf(column.name);
      measured.values += values.length;
      for (const value of values) measured.bytes += Buffer.byteLength(value);
    }
  }
  const { requests } = await sampleOf(source, work);
  const inspection = requests.map(chargeOfInspection).reduce((sum, charge) => addCharges(sum, charge), NO_CHARGE);
  return { inspection, transformation, columns: [...columns.values()] };
}
