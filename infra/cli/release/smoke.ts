import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runId } from '../../../functions/model/ids.ts';
import type { ObjectRef } from '../../../functions/model/run.ts';
import type { SmokeOptions } from '../commands/smoke.ts';
import { findSite } from '../connect.ts';
import { describeReason, describeState } from '../describe-run.ts';
import { FailedError, ServiceError } from '../errors.ts';
import { note, print, printJson } from '../output.ts';
import { createPipeline } from '../pipeline.ts';
import { currentRelease, readRelease } from '../publish-release.ts';
import { formatSeconds } from '../quantities.ts';
import { decodeRow, type Json } from '../query/decode-row.ts';
import { runQuery } from '../query/jobs-query.ts';
import type { Site } from '../site.ts';
import { removeObject, uploadBytes } from '../storage-objects.ts';
import { CANARY } from './canary.ts';

/** Each question is a query, of 10 MB at least: they become rarer. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
const ROWS = 3;

export async function smoke({ patience, json, ...place }: SmokeOptions): Promise<void> {
  const site = await findSite(place);
  const { id } = await requireCanary(site);
  const say = json ? note : print;
  const canary = makeCanary();
  const began = Date.now();
  const object = await uploadBytes(site, site.buckets.raw, canary.name, new TextEncoder().encode(canary.csv));
  say(`dropped ${canary.name}; release ${id}`);
  let rows: Row[];
  try {
    rows = await awaitRows(site, canary, { object, until: began + patience * 1000 });
  } finally {
    await removeObject(site, site.buckets.raw, canary.name);
  }
  const problems = judgeRows(rows, canary.people);
  const seconds = (Date.now() - began) / 1000;
  if (json) printJson({ release: id, canary: canary.id, seconds, rows: rows.length, problems });
  if (problems.length > 0) throw new FailedError(`the canary came through wrong: ${problems.join('; ')}`);
  if (!json) print(`${rows.length} rows can be queried and are de-identified, after ${formatSeconds(seconds)}`);
}

async function requireCanary(site: Site): Promise<{ id: string }> {
  const current = await currentRelease(site);
  if (!current) throw new FailedError('no release is current: `sluice release` makes one');
  const { sources } = await readRelease(site, current.id);
  if (!sources.some(({ id }) => id === CANARY.id))
    throw new FailedError(
      `release ${current.id} has no source ${CANARY.id}, so a canary would go to quarantine: \`sluice release\` compiles it in`,
    );
  return current;
}

export interface Person {
  email: string;
  phone: string;
  note: string;
}

interface Canary {
  id: string;
  name: string;
  csv: string;
  people: readonly Person[];
}

/** Nobody's data, and different each time, so that rows of an earlier canary pass for none of this one. */
function makeCanary(): Canary {
  const id = randomUUID();
  const people = Array.from({ length: ROWS }, (_, n) => {
    const email = `canary-${n}-${id.slice(0, 8)}@example.com`;
    return { email, phone: `+1555010${n}${String(Date.now()).slice(-3)}`, note: `please write to ${email} soon` };
  });
  const lines = people.map(({ email, phone, note: text }) => [id, email, phone, text].join(','));
  const csv = `canary,email,phone,note\n${lines.join('\n')}\n`;
  return { id, name: `${CANARY.folder}${id}.csv`, csv, people };
}

export type Row = { [column: string]: Json };

async function awaitRows(
  site: Site,
  { id }: Canary,
  { object, until }: { object: ObjectRef; until: number },
): Promise<Row[]> {
  const sql = `SELECT email, phone, note FROM ${CANARY.id} WHERE canary = '${id}'`;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.4, LONGEST_PAUSE_MS)) {
    const result = await runQuery(site, sql, ROWS + 1).catch((error: unknown) => {
      // Before the first load there is no table.
      if (error instanceof ServiceError && error.code === 'notFound') return undefined;
      throw error;
    });
    const rows = result?.rows.map((row) => decodeRow(result.fields, row)) ?? [];
    if (rows.length > 0) return rows;
    if (Date.now() > until) throw new FailedError(`the canary's rows did not come: ${await whatBecame(site, object)}`);
    await sleep(pause);
  }
}

/** As the ledger tells it. Whoever delivers may be kept from asking, since adhoc answers within the project's network only. */
async function whatBecame(site: Site, object: ObjectRef): Promise<string> {
  const run = runId(CANARY.id, object);
  try {
    const { entry } = await createPipeline(site).show(run);
    return [`run ${run} is ${describeState(entry)}`, ...(entry.detail.reasons ?? []).map(describeReason)].join('; ');
  } catch (error) {
    return `the ledger of run ${run} could not be asked (${(error as Error).message})`;
  }
}

/** What is wrong with the rows; no value stands in it. */
export function judgeRows(rows: readonly Row[], people: readonly Person[]): string[] {
  const problems =
    rows.length === people.length ? [] : [`${people.length} rows were dropped and ${rows.length} are there`];
  for (const column of ['email', 'phone', 'note'] as const) {
    const raw = people.map((person) => person[column]);
    const values = rows.map((row) => row[column]);
    if (values.some((value) => value === null || value === undefined || value === ''))
      problems.push(`${column} is empty`);
    if (values.some((value) => raw.includes(String(value)))) problems.push(`${column} is as it was dropped`);
  }
  const emails = people.map(({ email }) => email);
  if (rows.some((row) => emails.some((email) => JSON.stringify(row).includes(email))))
    problems.push('an e-mail address stands in a row');
  return problems;
}
