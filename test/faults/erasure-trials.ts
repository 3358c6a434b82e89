import { expect } from 'vitest';
import { type ErasureReport, UNDER_WAY } from '../../functions/model/erasure.ts';
import { isEnded, type LedgerEntry } from '../../functions/model/run.ts';
import { createIdTokens } from '../../infra/cli/id-tokens.ts';
import type { Fault } from './faults.ts';
import type { FaultyPipeline } from './faulty-pipeline.ts';

/** A person is forgotten while a fault strikes: in the end their rows are gone everywhere, and nobody else's. */
export interface ErasureTrials {
  run(fault: Fault | undefined): Promise<void>;
}

const PATIENCE_MS = 60_000;
const REASON = 'case 4711: asked to be forgotten';

interface Row {
  id: number;
  day: string;
}

interface Listed {
  items?: { name: string; generation: string; timeCreated: string }[];
  nextPageToken?: string;
}

interface Answer {
  erasure: { id: string };
  report?: ErasureReport;
}

export function createErasureTrials({ endpoints, injector, lines }: FaultyPipeline): ErasureTrials {
  const operator = createIdTokens(endpoints);
  const forgetter = createIdTokens(endpoints, endpoints.forgetters.me);
  const staying: Row[] = [];
  let trial = 0;
  /** Requests to forget, in this trial. */
  let unanswered = 0;

  async function call<T>(name: string, token: typeof operator, request: object): Promise<T | undefined> {
    const url = `${endpoints.functions}/${name}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token(url)}` },
      body: JSON.stringify(request),
    }).catch(() => undefined);
    return response?.ok ? ((await response.json()) as T) : undefined;
  }

  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS} ms\n${lines.slice(-12).join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Two rows of one person among others, which are given back, and a record of theirs that is bad. */
  async function drop(mail: string): Promise<Row[]> {
    const all = [0, 1, 2, 3].map((n): Row => ({ id: trial * 10 + n, day: `2026-01-0${1 + ((trial + n) % 5)}` }));
    const rows = all.map(({ id, day }, n) => `${id},${n < 2 ? mail : `stays-${n}@example.com`},${day},${id}`);
    rows.splice(1, 0, `none,${mail},2026-01-01,1`);
    staying.push(...all.slice(2));
    const name = encodeURIComponent(`appends/erasure-${trial}.csv`);
    const url = `${endpoints.storage}/upload/storage/v1/b/${endpoints.buckets.raw}/o?uploadType=media&name=${name}`;
    const response = await fetch(url, { method: 'POST', body: `id,email,day,amount\n${rows.join('\n')}\n` });
    expect(response.status).toBe(200);
    return all.slice(0, 2);
  }

  const atRest = (): Promise<true> =>
    until('the runs', async () => {
      const runs = (await call<{ runs: LedgerEntry[] }>('adhoc', operator, { action: 'runs' }))?.runs ?? [];
      return runs.length >= trial && runs.every(({ state }) => isEnded(state)) ? true : undefined;
    });

  async function forget(mail: string, dryRun: boolean): Promise<ErasureReport> {
    const ask = { action: 'begin', source: 'flow.appends', key: { email: mail }, reason: REASON, dryRun };
    // The fault may strike this request: then it is asked again, and there may be two erasures of one person.
    const { erasure } = await until('asking', async () => {
      const answer = await call<Answer>('forget', forgetter, ask);
      if (!answer) unanswered++;
      return answer;
    });
    const show = { action: 'show', erasure: erasure.id };
    return until('the erasure', async () => (await call<Answer>('forget', forgetter, show))?.report);
  }

  const built = (rows: readonly Row[]): Promise<true> =>
    until('the transforms', async () => {
      const now = await builds().catch(() => undefined);
      return JSON.stringify(now) === JSON.stringify(buildsOf(rows)) ? true : undefined;
    });

  return {
    async run(fault) {
      trial++;
      const mail = `gone-${trial}@example.com`;
      const since = Date.now();
      const going = await drop(mail);
      await atRest();
      await built([...staying, ...going]);
      const [[token] = []] = await query(`SELECT email FROM flow.appends WHERE id = ${trial * 10}`);
      expect(String(token)).toMatch(/.{20}/);
      unanswered = 0;
      injector.arm(fault);
      const report = await forget(mail, false);
      injector.arm(undefined);
      expect(report).toMatchObject({ outcome: 'erased', left: [] });
      expect(await query('SELECT id, amount FROM flow.appends ORDER BY id')).toEqual(
        staying.map(({ id }) => [String(id), String(id)]),
      );
      // What is built of the table is built anew before the report is written.
      expect(await builds()).toEqual(buildsOf(staying));
      // Where whoever asked died before the erasure had begun, the sweep removes what it was to be begun with.
      await until('every erasure', async () => ((await underWay()) === 0 ? true : undefined));
      const kept = await holders(mail, since);
      expect(kept.filter((name) => !name.startsWith(`${endpoints.buckets.staging}/erasures/`))).toEqual([]);
      expect(kept.length).toBeLessThanOrEqual(unanswered);
      // A second look with other eyes: nothing of the person is found, in files, in shards or in tables.
      const again = await forget(mail, true);
      expect(again).toMatchObject({ outcome: 'planned', objects: [], left: [] });
      expect(sum(again.tables.map(({ rows }) => rows))).toBe(0);
      for (const text of [mail, String(token)]) expect(lines.join('\n')).not.toContain(text);
    },
  };

  async function builds(): Promise<unknown[][]> {
    const days = await query('SELECT day, orders, amount FROM flow.by_day ORDER BY day');
    return [...days, ...(await query('SELECT orders, amount FROM flow.totals'))];
  }

  async function underWay(): Promise<number> {
    const url = `${endpoints.storage}/storage/v1/b/${endpoints.buckets.state}/o?prefix=${UNDER_WAY}`;
    return ((await (await fetch(url)).json()) as { items?: object[] }).items?.length ?? 0;
  }

  /** Objects of all buckets and generations, written since then, that hold a text as it is. */
  async function holders(text: string, since: number): Promise<string[]> {
    const found: string[] = [];
    for (const bucket of Object.values(endpoints.buckets)) {
      const base = `${endpoints.storage}/storage/v1/b/${bucket}/o`;
      let page = '';
      do {
        const listed = (await (await fetch(`${base}?versions=true${page}`)).json()) as Listed;
        for (const { name, generation, timeCreated } of listed.items ?? []) {
          if (Date.parse(timeCreated) < since) continue;
          const object = await fetch(`${base}/${encodeURIComponent(name)}?alt=media&generation=${generation}`);
          if ((await object.text()).includes(text)) found.push(`${bucket}/${name}`);
        }
        page = listed.nextPageToken ? `&pageToken=${encodeURIComponent(listed.nextPageToken)}` : '';
      } while (page);
    }
    return found;
  }

  async function query(sql: string): Promise<unknown[][]> {
    const response = await fetch(`${endpoints.bigquery}/bigquery/v2/projects/${endpoints.project}/queries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: sql, useLegacySql: false, timeoutMs: 20_000, maxResults: 100_000 }),
    });
    const answer = (await response.json()) as { rows?: { f: { v: unknown }[] }[]; error?: { message: string } };
    if (!response.ok) throw new Error(answer.error?.message);
    return (answer.rows ?? []).map(({ f }) => f.map(({ v }) => v));
  }
}

function buildsOf(rows: readonly Row[]): string[][] {
  const totals = (of: readonly Row[]): string[] => [String(of.length), String(sum(of.map(({ id }) => id)))];
  const days = Map.groupBy(rows, ({ day }) => day)
    .entries()
    .map(([day, of]) => [day, ...totals(of)]);
  return [...[...days].sort(([a = ''], [b = '']) => (a < b ? -1 : 1)), totals(rows)];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
