import { terminal, toSluiceError } from '../errors.ts';
import type { DlpCharge } from '../model/dlp-charge.ts';
import { spendsPrefix } from '../model/ids.ts';
import type { LedgerEntry, Reason, Shard } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { costLimit, judgeSpend } from '../plan/cost-limit.ts';
import { shareOfShard } from '../plan/shards.ts';
import type { Ports, ShardWork } from '../ports.ts';
import { addCharges, NO_CHARGE, priceOfCharge } from '../render/dlp-charge.ts';
import { readManifest } from './manifest.ts';
import { measureShard } from './measure-cost.ts';

/** One attempt's money: it is put down before anything is sent, so that a worker that falls has spent all of it. */
export interface Spend {
  /** Why nothing may be sent. */
  refusal?: Reason;
  /** Counts a request that is about to go. Throws COST_ABOVE_LIMIT where it must not: requests that DLP wanted smaller add up to more. */
  add(charge: () => DlpCharge): void;
  /** DLP refused the request, which is not charged. */
  giveBack(charge: () => DlpCharge): void;
  /** The attempt has failed: only what it sent was spent. */
  settle(): Promise<void>;
}

/** No limit: to count would cost as much time as to pack. */
const FREE: Spend = { add: () => undefined, giveBack: () => undefined, settle: async () => undefined };

/**
 * Where there is a limit: measures what the shard will send, puts it down, and judges it with what earlier attempts put
 * down. In this order, so that of two workers of one shard at least one sees the other.
 */
export async function openSpend(
  ports: Ports,
  entry: LedgerEntry,
  source: Source,
  shard: Shard,
  work: ShardWork,
): Promise<Spend> {
  const limit = costLimit(entry, source);
  if (limit === undefined) return FREE;
  const { inspection, transformation } = await measureShard(source, work);
  const estimate = priceOfCharge(addCharges(inspection, transformation));
  const shards = (await readManifest(ports, entry))?.shards ?? [shard];
  const prefix = spendsPrefix(entry.run, entry.epoch, shard.n);
  const attempt = `${prefix}${ports.clock.unique()}`;
  const put = (name: string, usd: number): Promise<unknown> =>
    ports.objects.write(ports.buckets.state, name, JSON.stringify({ v: 1, usd }), {
      ifAbsent: true,
      contentType: 'application/json',
    });
  await put(`${attempt}.json`, estimate);
  const spent = (await readSpends(ports, prefix)) - estimate;
  const judge = (usd: number): Reason | undefined =>
    judgeSpend({ limit, share: shareOfShard(shards, shard.n), estimate: usd, spent: Math.max(0, spent) });
  const refusal = judge(estimate);
  let sent = NO_CHARGE;
  let isOver = false;
  const spend: Spend = {
    ...(refusal && { refusal }),
    add(charge) {
      // Requests that were under way when another failed may come back too large: halves of them would go uncounted.
      if (isOver) throw terminal('COST_ABOVE_LIMIT', 'the shard has failed already: nothing more of it is sent');
      sent = addCharges(sent, charge());
      const reason = judge(priceOfCharge(sent));
      if (reason) throw terminal('COST_ABOVE_LIMIT', reason.message);
    },
    giveBack(charge) {
      sent = addCharges(sent, charge(), -1);
    },
    async settle() {
      isOver = true;
      try {
        await put(`${attempt}${SETTLED}`, priceOfCharge(sent));
      } catch (error) {
        // The failure that led here matters more, and what is not settled counts as spent whole.
        ports.log.error('an attempt could not be settled', toSluiceError(error), { run: entry.run, shard: shard.n });
      }
    },
  };
  // Should the refusal be lost on its way, whoever comes next must not take it for money spent.
  if (refusal) await spend.settle();
  return spend;
}

const SETTLED = '.settled.json';

/** USD of all attempts: what each was to spend, or what it did. */
async function readSpends({ objects, buckets }: Ports, prefix: string): Promise<number> {
  const names: string[] = [];
  for await (const { name } of objects.list(buckets.state, prefix)) names.push(name);
  const settled = new Set(names.filter((name) => name.endsWith(SETTLED)));
  const counted = names.filter((name) => settled.has(name) || !settled.has(name.replace(/\.json$/, SETTLED)));
  const texts = await Promise.all(counted.map((name) => objects.readText(buckets.state, name)));
  return texts.reduce((sum, text) => sum + (text === undefined ? 0 : (JSON.parse(text) as { usd: number }).usd), 0);
}
