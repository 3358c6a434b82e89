import type { TableRecord } from './catalog.ts';
import { nameOf } from './jobs/engine.ts';
import type { Tx, Warehouse } from './warehouse.ts';

/** BigQuery remembers insert ids for about a minute. Source: cloud.google.com/bigquery/docs/streaming-data-into-bigquery */
const REMEMBERED_MS = 60_000;

/** The ids of one request's rows, none of which another request adds meanwhile. */
export interface Claim {
  /** Places of rows that are there already, or come twice in the request. */
  repeated: ReadonlySet<number>;
  /** Writes the ids of the rows at these places in the transaction that adds the rows. */
  save(tx: Tx, stored: readonly number[]): Promise<void>;
  /** Ends the claim: what was saved stays known, the rest may be sent again. */
  end(stored: readonly number[]): void;
}

/**
 * Ids of rows that were streamed. They are durable with the rows, so that a client that repeats its request after a kill
 * doubles nothing; and who repeats one that is still under way waits for its outcome, so that no row is acknowledged
 * before it is there.
 */
export interface InsertIds {
  claim(record: TableRecord, ids: readonly (string | undefined)[]): Promise<Claim>;
  /** Forgets those whose minute is over. */
  expire(): Promise<void>;
}

export async function openInsertIds(warehouse: Warehouse, now: () => number): Promise<InsertIds> {
  /** Until when each is known. */
  const known = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();

  await warehouse.transaction(async (tx) => {
    await tx.run('CREATE TABLE IF NOT EXISTS meta.insert_ids (key VARCHAR, until BIGINT)');
    await tx.run('DELETE FROM meta.insert_ids WHERE until <= $now', { now: BigInt(now()) });
    for (const { key, until } of await tx.rows('SELECT key, until FROM meta.insert_ids ORDER BY until'))
      known.set(String(key), Number(until));
  });

  /** In the order of their coming, which is that of their ends. */
  function forget(): void {
    for (const [key, until] of known) {
      if (until > now()) return;
      known.delete(key);
    }
  }

  return {
    async claim(record, ids) {
      // A table that was made anew under an old name has none of the old rows.
      const keys = ids.map((id) => (id ? JSON.stringify([nameOf(record), record.created, id]) : undefined));
      for (;;) {
        const others = keys.flatMap((key) => (key === undefined ? [] : (underWay.get(key) ?? [])));
        if (others.length === 0) break;
        await Promise.all(others);
      }
      forget();
      const repeated = new Set<number>();
      const fresh = new Map<number, string>();
      const { promise, resolve } = Promise.withResolvers<void>();
      for (const [index, key] of keys.entries()) {
        if (key === undefined) continue;
        if (known.has(key) || underWay.get(key) === promise) repeated.add(index);
        else {
          fresh.set(index, key);
          underWay.set(key, promise);
        }
      }
      const until = now() + REMEMBERED_MS;
      const keysOf = (stored: readonly number[]) => stored.flatMap((index) => fresh.get(index) ?? []);
      return {
        repeated,
        async save(tx, stored) {
          const saved = keysOf(stored);
          if (saved.length > 0)
            await tx.run(`INSERT INTO meta.insert_ids SELECT unnest(from_json($keys, '["VARCHAR"]')), $until`, {
              keys: JSON.stringify(saved),
              until: BigInt(until),
            });
        },
        end(stored) {
          for (const key of keysOf(stored)) known.set(key, until);
          for (const key of fresh.values()) underWay.delete(key);
          resolve();
        },
      };
    },
    async expire() {
      forget();
      await warehouse.transaction((tx) =>
        tx.run('DELETE FROM meta.insert_ids WHERE until <= $now', { now: BigInt(now()) }),
      );
    },
  };
}
