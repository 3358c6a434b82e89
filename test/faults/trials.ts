import { expect } from 'vitest';
import { isEnded, type LedgerEntry } from '../../functions/model/run.ts';
import { createIdTokens } from '../../infra/cli/id-tokens.ts';
import type { Fault } from './faults.ts';
import type { FaultyPipeline } from './faulty-pipeline.ts';

/** Files are dropped, a fault strikes, and in the end everything is as if it had not: the reference knows only the files. */
export interface Trials {
  run(fault: Fault | undefined): Promise<void>;
}

/** Found in no log, ledger entry or event. */
const CANARY = 'canary-5150';
const PATIENCE_MS = 20_000;

interface Order {
  id: number;
  email: string;
  day: string;
  amount: number;
}

export function createTrials(pipeline: FaultyPipeline): Trials {
  const { endpoints, injector, lines } = pipeline;
  const idToken = createIdTokens(endpoints);
  const orders: Order[] = [];
  const people = new Map<number, number>();
  const days = new Map<string, number[]>();
  let trial = 0;
  let files = 0;

  async function drop(name: string, body: string): Promise<void> {
    const url = `${endpoints.storage}/upload/storage/v1/b/${endpoints.buckets.raw}/o?uploadType=media&name=${encodeURIComponent(name)}`;
    const response = await fetch(url, { method: 'POST', body });
    expect(response.status).toBe(200);
    files++;
  }

  async function dropFiles(): Promise<void> {
    trial++;
    const day = `2026-01-0${1 + (trial % 7)}`;
    const added = Array.from(
      { length: 9 },
      (_, n): Order => ({ id: trial * 100 + n, email: `${CANARY}-${n}@example.com`, day, amount: trial + n }),
    );
    orders.push(...added);
    const rows = added.map(({ id, email, day: on, amount }) => `${id},${email},${on},${amount}`);
    // One record is bad, in the middle: rows and rejects must add up in every shard.
    rows.splice(4, 0, `none,${CANARY}@example.com,${day},1`);
    await drop(`appends/trial-${trial}.csv`, `id,email,day,amount\n${rows.join('\n')}\n`);

    const version = trial % 3 === 0 ? trial - 2 : trial;
    const keys = [1, 2, 3, 10 + trial];
    for (const id of keys) people.set(id, Math.max(version, people.get(id) ?? 0));
    await drop(
      `merges/trial-${trial}.ndjson`,
      keys.map((id) => `${JSON.stringify({ id, email: `${CANARY}-${id}@example.com`, version })}\n`).join(''),
    );

    const amounts = [trial, trial + 1, trial + 2];
    days.set(day, amounts);
    await drop(
      `days/trial-${trial}.csv`,
      `day,amount,email\n${amounts.map((amount) => `${day},${amount},${CANARY}`).join('\n')}\n`,
    );
  }

  return {
    async run(fault) {
      injector.arm(fault);
      await dropFiles();
      const runs = await settle();
      injector.arm(undefined);
      expect(
        runs
          .filter(({ state }) => state !== 'DONE')
          .map(({ source, state, detail }) => [source, state, detail.reasons]),
      ).toEqual([]);
      for (const { detail } of runs) expect(detail.records).toBe((detail.rows ?? 0) + (detail.rejects ?? 0));
      await compare();
      expect(lines.join('\n')).not.toContain(CANARY);
    },
  };

  async function adhoc<T>(request: object): Promise<T | undefined> {
    // The fault may strike this request as well: then it is asked again.
    const url = `${endpoints.functions}/adhoc`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await idToken(url)}` },
      body: JSON.stringify(request),
    }).catch(() => undefined);
    return response?.ok ? ((await response.json()) as T) : undefined;
  }

  async function settle(): Promise<LedgerEntry[]> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const runs = (await adhoc<{ runs: LedgerEntry[] }>({ action: 'runs' }))?.runs ?? [];
      if (runs.length >= files && runs.every(({ state }) => isEnded(state)) && (await transformsAgree())) return runs;
      if (Date.now() > until) {
        const open = runs
          .filter(({ state }) => !isEnded(state))
          .map(({ source, state, detail }) => `${source} ${detail.object.name} ${state}`);
        throw new Error(
          `not at rest after ${PATIENCE_MS} ms: ${runs.length} of ${files} runs, ${open.join(', ') || 'all ended, transforms differ'}\n${lines.slice(-12).join('\n')}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The transforms come last, so that they agree is the sign that everything is at rest. */
  async function transformsAgree(): Promise<boolean> {
    const [totals] = await query('SELECT orders, amount, people FROM flow.totals').catch(() => []);
    const byDay = await query('SELECT day, orders, amount FROM flow.by_day ORDER BY day').catch(() => []);
    const expected = [...Map.groupBy(orders, ({ day }) => day)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, of]) => [day, String(of.length), String(sum(of))]);
    return (
      JSON.stringify(totals) === JSON.stringify([String(orders.length), String(sum(orders)), '9']) &&
      JSON.stringify(byDay) === JSON.stringify(expected)
    );
  }

  async function compare(): Promise<void> {
    const appended = await query('SELECT id, day, amount FROM flow.appends ORDER BY id');
    expect(appended).toEqual(orders.map(({ id, day, amount }) => [String(id), day, String(amount)]));
    const merged = await query('SELECT id, version FROM flow.merges ORDER BY id');
    expect(merged).toEqual([...people].sort(([a], [b]) => a - b).map(([id, version]) => [String(id), String(version)]));
    const replaced = await query('SELECT day, amount FROM flow.days ORDER BY day, amount');
    expect(replaced).toEqual(
      [...days]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([day, amounts]) => amounts.map((amount) => [day, String(amount)])),
    );
    const tokens = await query(
      "SELECT COUNT(DISTINCT email) AS tokens, COUNTIF(email LIKE '%canary%') AS raw FROM flow.appends",
    );
    expect(tokens).toEqual([['9', '0']]);
  }

  async function query(sql: string): Promise<unknown[][]> {
    const body = { query: sql, useLegacySql: false, timeoutMs: 20_000, maxResults: 100_000 };
    const response = await fetch(`${endpoints.bigquery}/bigquery/v2/projects/${endpoints.project}/queries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { rows?: { f: { v: unknown }[] }[]; error?: { message: string } };
    if (!response.ok) throw new Error(answer.error?.message);
    return (answer.rows ?? []).map(({ f }) => f.map(({ v }) => v));
  }
}

const sum = (orders: readonly Order[]): number => orders.reduce((total, { amount }) => total + amount, 0);
