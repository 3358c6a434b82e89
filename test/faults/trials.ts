import { expect } from 'vitest';
import { isEnded, type LedgerEntry } from '../../functions/model/run.ts';
import { createIdTokens } from '../../infra/cli/id-tokens.ts';
import type { Fault } from './faults.ts';
import type { FaultyPipeline } from './faulty-pipeline.ts';

/** Files are dropped, a fault strikes, and in the end everything is as if it had not: the reference knows only the files. */
export interface Trials {
  run(fault: Fault | undefined): Promise<void>;
  /** Places that hold a planted value and should not. */
  findCanaries(): Promise<string[]>;
}

/** Found in no log, ledger entry or event. */
const CANARY = 'canary-5150';
/** The same as a number. */
const CANARY_INCOME = '515051';
const PATIENCE_MS = 60_000;

/** Two people, one of whom a condition leaves as they are: of her nothing but what may be seen. */
function peopleFile(trial: number): string {
  const address = `${CANARY}@example.com`;
  const header = 'id,land,token,fpe,hash,mask,words,constant,nothing,gone,note,own,verbatim,stored,some,income';
  const secrets = Array.from({ length: 8 }, (_, n) => `${CANARY}-${trial}-${n}`).join(',');
  const rows = ['DE', 'FR'].map(
    (land, n) =>
      `${trial * 10 + n},${land},${secrets},write to ${address} please,it was ${CANARY} again,${CANARY},${CANARY},${land === 'DE' ? CANARY : 'harmless'},${CANARY_INCOME}`,
  );
  return `${header}\n${rows.join('\n')}\n`;
}

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

    // Its many columns make many calls, most of them alike.
    if (trial % 4 === 1) await drop(`people/trial-${trial}.csv`, peopleFile(trial));

    const amounts = [trial, trial + 1, trial + 2];
    days.set(day, amounts);
    await drop(
      `days/trial-${trial}.csv`,
      `day,amount,email\n${amounts.map((amount) => `${day},${amount},${CANARY}`).join('\n')}\n`,
    );
  }

  return {
    async findCanaries() {
      const found: string[] = [];
      const look = (place: string, text: string): void => {
        if (text.includes('canary') || text.includes(CANARY_INCOME)) found.push(place);
      };
      for (const bucket of [endpoints.buckets.state, endpoints.buckets.curated, endpoints.buckets.quarantine])
        for (const name of await objectsOf(bucket)) {
          const body = await readObject(bucket, name);
          // Parquet is compressed: the tables show what it holds. A file that is kept out is kept as it is.
          if (!name.endsWith('.parquet') && !/^(appends|merges|days|people)\//.test(name))
            look(`${bucket}/${name}`, body);
        }
      for (const dataset of ['flow', '_sluice'])
        for (const table of await tablesOf(dataset)) {
          const rows = await query(`SELECT TO_JSON_STRING(t) FROM ${dataset}.${table} AS t`);
          expect([table, dataset === '_sluice' || rows.length > 0]).toEqual([table, true]);
          look(`${dataset}.${table}`, JSON.stringify(rows));
        }
      look('log', lines.join('\n'));
      for (const [place, text] of await pipeline.services()) look(place, text);
      return found;
    },
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

  async function tablesOf(dataset: string): Promise<string[]> {
    const rows = await query(`SELECT table_name FROM ${dataset}.INFORMATION_SCHEMA.TABLES`);
    return rows.map(([name]) => String(name));
  }

  async function objectsOf(bucket: string): Promise<string[]> {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = token ? `&pageToken=${encodeURIComponent(token)}` : '';
      const response = await fetch(`${endpoints.storage}/storage/v1/b/${bucket}/o?versions=true${page}`);
      const body = (await response.json()) as { items?: { name: string }[]; nextPageToken?: string };
      names.push(...(body.items ?? []).map(({ name }) => name));
      token = body.nextPageToken;
    } while (token);
    return names;
  }

  async function readObject(bucket: string, name: string): Promise<string> {
    const url = `${endpoints.storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
    return (await fetch(url)).text();
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
