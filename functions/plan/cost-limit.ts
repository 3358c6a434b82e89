import type { LedgerEntry, Reason } from '../model/run.ts';
import type { Source } from '../model/source.ts';

/** What DLP may charge for a run: what a person accepted for this epoch, else what the source says. */
export const costLimit = ({ detail }: Pick<LedgerEntry, 'detail'>, { maxCost }: Source): number | undefined =>
  detail.accepted?.usd ?? maxCost;

/** What a shard is about to spend; USD at list price. */
export interface ShardSpend {
  limit: number;
  /** The part of the limit that is the shard's, 0 to 1: shards are worked on side by side, and none knows of the others. */
  share: number;
  /** What it will send. */
  estimate: number;
  /** What earlier attempts at it may have sent already. */
  spent: number;
}

/** Sums of floating-point numbers may miss an equal one by their last digit. */
const SLACK = 1 + 1e-9;

/** Why a shard must not be sent; undefined = it may. */
export function judgeSpend({ limit, share, estimate, spent }: ShardSpend): Reason | undefined {
  if (estimate + spent <= limit * share * SLACK) return undefined;
  const whole = (estimate + spent) / share;
  const parts = share < 1 ? `, by one of its shards, which is ${Math.round(share * 100)}% of it` : '';
  const again = spent > 0 ? `, of which ${usd(spent / share)} for attempts that failed` : '';
  return {
    code: 'COST_ABOVE_LIMIT',
    message: `DLP would charge ${usd(whole)} for this file at list price${parts}${again}, and ${usd(limit)} may be spent: accept it with \`sluice replay RUN --accept-cost\`, or raise max_cost and replay`,
    cost: { estimate: whole, limit },
  };
}

/** Six digits: an amount that was refused must not look like the limit. */
const usd = (amount: number): string => `${Number(amount.toPrecision(6))} USD`;

/** An amount that lets the estimate pass and what a shard needs above its share: a tenth more, in whole cents. */
export const acceptable = (estimate: number): number => Math.ceil(estimate * 1.1 * 100) / 100;
