import { compute, deidentification, keyUse, operations, warehouse } from './activity.ts';
import { type Bill, type BillSku, computeBill, PRICES } from './bill.ts';
import type { Deployed } from './deployed.ts';
import type { Part } from './part.ts';
import { atRest, observability, standing } from './presence.ts';
import type { Usage } from './usage.ts';
import type { Workload } from './workload.ts';

export interface Month {
  parts: Part[];
  bill: Bill;
}

/** Quantities of a month, each with its reason, and what they cost. Pure: the same workload, deployment and usage, the same bill. */
export function planMonth(workload: Workload, deployed: Deployed, usage: Usage): Month {
  const parts = [
    ...operations(workload, deployed, usage),
    ...compute(workload, deployed, usage),
    ...deidentification(workload, usage),
    ...warehouse(workload, usage),
    ...atRest(workload, deployed, usage),
    ...observability(workload, deployed, usage),
    ...standing(workload, deployed),
    ...keyUse(workload, deployed, usage),
  ].filter(({ units }) => units !== 0);
  const units = new Map<BillSku, number>();
  for (const part of parts) units.set(part.sku, (units.get(part.sku) ?? 0) + part.units);
  return { parts, bill: computeBill(units, PRICES) };
}
