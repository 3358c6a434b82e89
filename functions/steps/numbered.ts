import { newestFirst, numberIn } from '../model/ids.ts';
import type { ObjectStore } from '../ports.ts';

/**
 * Things that happen one after the other to one name: batches of a table, executions of a transform. Number n+1 may exist
 * only once n is closed, so whoever comes while n is open follows it to its end first. Both writes are create-only.
 */
export interface NumberedLog<Record extends { n: number }, Done> {
  latest(): Promise<{ n: number; closed: boolean } | undefined>;
  /** False when another caller opened this number first. */
  open(record: Record): Promise<boolean>;
  close(n: number, done: Done): Promise<void>;
  record(n: number): Promise<Record | undefined>;
  done(n: number): Promise<Done | undefined>;
  /** Closed and told of: nothing is left to do for it. */
  settle(n: number): Promise<void>;
  isSettled(n: number): Promise<boolean>;
}

export function createNumberedLog<Record extends { n: number }, Done>(
  objects: ObjectStore,
  bucket: string,
  prefix: string,
): NumberedLog<Record, Done> {
  const name = (n: number, suffix: string): string => `${prefix}${newestFirst(n)}.${suffix}.json`;
  const read = async <T>(at: string): Promise<T | undefined> => {
    const text = await objects.readText(bucket, at);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  };
  const write = (at: string, value: unknown) =>
    objects.write(bucket, at, JSON.stringify(value), { ifAbsent: true, contentType: 'application/json' });
  return {
    async latest() {
      // `done` sorts before `open` and `told`, so the first name of a listing says both the number and whether it is closed.
      for await (const object of objects.list(bucket, prefix, { limit: 1 })) {
        const [number = '', suffix] = object.name.slice(prefix.length).split('.');
        return { n: numberIn(number), closed: suffix === 'done' };
      }
      return undefined;
    },
    open: async (record) => (await write(name(record.n, 'open'), record)) !== undefined,
    close: async (n, done) => void (await write(name(n, 'done'), done)),
    record: (n) => read<Record>(name(n, 'open')),
    done: (n) => read<Done>(name(n, 'done')),
    settle: async (n) => void (await write(name(n, 'told'), { v: 1, n })),
    isSettled: async (n) => (await objects.stat(bucket, name(n, 'told'))) !== undefined,
  };
}
