import { batchesPrefix } from '../model/ids.ts';
import type { Batch, BatchDone } from '../model/run.ts';
import type { Ports } from '../ports.ts';
import { createNumberedLog, type NumberedLog } from './numbered.ts';

export const batchesOf = (ports: Pick<Ports, 'objects' | 'buckets'>, table: string): NumberedLog<Batch, BatchDone> =>
  createNumberedLog<Batch, BatchDone>(ports.objects, ports.buckets.state, batchesPrefix(table));
