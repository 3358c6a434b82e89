import type { ObjectRef, Shard } from '../model/run.ts';
import type { Survey } from '../ports.ts';

/** Ranges of a compressed file cannot be read, so one of several shards is laid out plain. */
export const needsPlainCopy = ({ compression, cuts }: Survey): boolean => compression !== 'none' && cuts.length > 1;

/** The shards of a surveyed object; `place` is where its bytes are, the plain copy's where it needs one. */
export const cutShards = (survey: Survey, { bucket, name, generation }: ObjectRef): Shard[] =>
  survey.cuts.map((cut, n) => ({
    n,
    input: { bucket, name, generation },
    compression: needsPlainCopy(survey) ? 'none' : survey.compression,
    header: survey.header,
    ...cut,
  }));
