import { terminal } from '../errors.ts';
import { pendingName } from '../model/ids.ts';
import { type Retokenization, retokenizationName } from '../model/retokenization.ts';
import type { LedgerEntry } from '../model/run.ts';
import { changedPins, pinsOf, type TokenPins } from '../plan/token-pins.ts';
import type { Ports } from '../ports.ts';
import { holdersOf } from './holders.ts';
import { quarantine, reasonOf } from './quarantine.ts';
import { sourceOf } from './source-of.ts';

/** Runs of a table's line that the next batch may take, and what its keyed columns are made with after it. */
export interface Admitted {
  runs: readonly LedgerEntry[];
  tokens: TokenPins;
  /** The batch takes all of `runs`, and their rows take the place of all others. */
  whole: boolean;
}

/**
 * Lets in what is made with what the table holds. Anything else would stand beside it as if it were of other people: it is
 * quarantined, unless the change is planned. Then nothing is let in until everything can be, in one batch.
 */
export async function admitTokens(
  ports: Ports,
  table: string,
  line: { waiting: readonly LedgerEntry[]; isPlanned: boolean },
  held: TokenPins,
): Promise<Admitted> {
  const plan = line.isPlanned ? await openPlan(ports, table, held) : undefined;
  let tokens = plan ? { ...held, ...plan.tokens } : held;
  const runs: LedgerEntry[] = [];
  for (const entry of line.waiting) {
    const source = await sourceOf(ports, entry);
    const brought = pinsOf(source);
    const changed = changedPins(tokens, brought);
    // A snapshot of the whole table leaves nothing beside itself.
    if (changed.length > 0 && (plan || source.load.mode !== 'replace')) await refuse(ports, entry, changed);
    else {
      runs.push(entry);
      tokens = { ...tokens, ...brought };
    }
  }
  if (!plan) return { runs, tokens, whole: false };
  const missing = await missingRuns(ports, plan, runs);
  if (missing.length === 0) return { runs, tokens, whole: true };
  ports.log.info('waits for all rows', { table, waiting: runs.length, missing: missing.length });
  return { runs: [], tokens: held, whole: false };
}

type Plan = Retokenization & { tokens: TokenPins };

export async function readPlan(ports: Ports, table: string): Promise<Plan | undefined> {
  const text = await ports.objects.readText(ports.buckets.state, retokenizationName(table));
  if (text === undefined) return undefined;
  const plan = JSON.parse(text) as Retokenization;
  const source = (await ports.releases.get(plan.release)).sources.find(({ id }) => id === table);
  return { ...plan, tokens: source ? pinsOf(source) : {} };
}

/** A plan that was carried out, or given up for a release that declares what is there, is removed by whoever sees it next. */
async function openPlan(ports: Ports, table: string, held: TokenPins): Promise<Plan | undefined> {
  const plan = await readPlan(ports, table);
  if (!plan) return undefined;
  const declared = (await ports.releases.current()).sources.find(({ id }) => id === table);
  const isOpen = declared === undefined || changedPins(held, pinsOf(declared)).length > 0;
  if (isOpen && changedPins(held, plan.tokens).length > 0) return plan;
  await ports.objects.remove(ports.buckets.state, retokenizationName(table));
  return undefined;
}

/** Runs whose rows would be gone: they are in the table and not in line. */
async function missingRuns(ports: Ports, plan: Plan, ready: readonly LedgerEntry[]): Promise<string[]> {
  // The ledger is not read for what cannot be all of them.
  if (ready.length < plan.runs) return ['some'];
  const source = (await ports.releases.get(plan.release)).sources.find(({ id }) => id === plan.table);
  if (!source) return [];
  const inLine = new Set(ready.map(({ run }) => run));
  return [...(await holdersOf(ports, source)).keys()].filter((run) => !inLine.has(run));
}

async function refuse(ports: Ports, entry: LedgerEntry, columns: readonly string[]): Promise<void> {
  const names = columns.join(', ');
  const error = terminal(
    'TOKENS_CHANGED',
    `the tokens of ${names} are made otherwise than those in ${entry.source} (another key, version, normalization or primitive) and would not join with them: declare it as it was, or plan the change with \`sluice retokenize\`, then replay`,
    { details: { columns } },
  );
  await quarantine(ports, entry, [reasonOf(error)]);
  await ports.objects.remove(ports.buckets.state, pendingName(entry.source, entry.run, entry.epoch));
}
