import type { Column } from '../model/column.ts';
import { leafColumns } from '../model/leaf.ts';
import type { Source } from '../model/source.ts';
import { contextColumn } from '../model/transformation.ts';
import { gatedInfoTypes, mayHoldFindings } from '../plan/gate.ts';
import { createPacker, INSPECT_LIMITS, type Pack, type Packer, TRANSFORM_LIMITS } from '../plan/pack.ts';
import type { DistinctValues, ShardWork, ValueGroup } from '../ports.ts';
import { packKey, transformationOf } from '../render/dlp.ts';

/** Takes the texts of a column that need not go to DLP. */
export type Spare = (column: Column, texts: readonly string[]) => Promise<void>;

/** All that a shard sends to DLP for transformation, and nothing else, in an order that is the same each time. */
export async function* packsOf(source: Source, work: Pick<ShardWork, 'distinct'>, spare: Spare): AsyncGenerator<Pack> {
  const packers = new Map<string, Packer>();
  for (const column of leafColumns(source.columns)) {
    const transformation = transformationOf(column);
    if (!transformation || transformation.kind === 'redact' || transformation.kind === 'replace') continue;
    const key = packKey(transformation, column.name);
    const packer = packers.get(key) ?? createPacker(key === '' ? TRANSFORM_LIMITS : INSPECT_LIMITS);
    packers.set(key, packer);
    const infoTypes = gatedInfoTypes(transformation);
    for await (const found of work.distinct(groupOf(column))) {
      const { values, contexts } = infoTypes ? await passHarmless(column, found, infoTypes, spare) : found;
      yield* packer.add(column, values, contexts);
    }
  }
  for (const packer of packers.values()) yield* packer.flush();
}

/** Texts that cannot hold any of the infoTypes stay as they are, and at home. */
async function passHarmless(
  column: Column,
  found: DistinctValues,
  infoTypes: readonly string[],
  spare: Spare,
): Promise<DistinctValues> {
  const suspects: string[] = [];
  const harmless: string[] = [];
  for (const value of found.values) (mayHoldFindings(value, infoTypes) ? suspects : harmless).push(value);
  if (harmless.length > 0) await spare(column, harmless);
  return { values: suspects };
}

export function groupOf(column: Column): ValueGroup {
  const transformation = transformationOf(column);
  const context = transformation && contextColumn(transformation);
  return { column: column.name, ...(context !== undefined && { context }) };
}
