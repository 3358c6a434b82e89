import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import type { Release } from '../../../functions/model/release.ts';
import { type Retokenization, retokenizationName } from '../../../functions/model/retokenization.ts';
import type { RunDetail } from '../../../functions/model/run.ts';
import type { Source } from '../../../functions/model/source.ts';
import { downstreamOf } from '../../../functions/plan/build.ts';
import { checkedOutCommit } from '../archive/commit.ts';
import type { RetokenizeOptions } from '../commands/retokenize.ts';
import { reach } from '../connect.ts';
import { shortId } from '../describe-run.ts';
import { dataFlag } from '../endpoints.ts';
import { FailedError, ServiceError } from '../errors.ts';
import { callJson } from '../http-json.ts';
import { note, print, printJson, tellProgress } from '../output.ts';
import type { Pipeline } from '../pipeline.ts';
import { requireRelease } from '../project.ts';
import {
  currentRelease,
  getJson,
  nameCurrent,
  putJson,
  readRelease,
  removeObject,
  storeRelease,
} from '../publish-release.ts';
import { formatCounted } from '../quantities.ts';
import { CANARY, compileDelivery } from '../release/canary.ts';
import { authorized, type Site } from '../site.ts';
import { tellBuild } from '../tell-build.ts';
import { configuredKeys } from './configured.ts';
import { keysOf, keyUses } from './key-uses.ts';
import { tokenChanges } from './token-changes.ts';

/** What a change of tokens comes to. */
export interface RetokenizationPlan {
  tables: PlannedTable[];
  /** Transforms that read them, each after its inputs. */
  transforms: { id: string; kind: string }[];
  /** Columns that stay with another version of one of the keys: their tokens join with those of these tables no more. */
  apart: { key: string; source: string; columns: string[] }[];
}

export interface PlannedTable {
  id: string;
  columns: string[];
  /** Runs whose files are read and de-identified again. */
  runs: number;
  /** Files of these that are no longer there: without them nothing is begun. */
  gone: string[];
  /** It was begun already. */
  begun: boolean;
}

export async function retokenize({ data, env, project, commit, plan: only, json }: RetokenizeOptions): Promise<void> {
  const place = { data, ...(env !== undefined && { env }) };
  const { site, pipeline } = await reach(place);
  const next = await compileNext(
    site,
    project,
    env === undefined ? undefined : (commit ?? checkedOutCommit(project, ['.'])),
  );
  const plan = await planRetokenization(site, pipeline, next);
  if (plan.tables.length === 0) {
    if (json) return printJson({ release: next.id, ...plan });
    return note('the tokens that are loaded are those that the declarations make: nothing to do');
  }
  const say = json ? note : print;
  for (const line of describePlan(plan)) say(line);
  if (only) return json ? printJson({ release: next.id, ...plan }) : undefined;

  refuseGone(plan.tables);
  await requireKeys(place, next);
  await storeRelease(site, next);
  // The release first: a plan that no current release asks for counts as given up. What comes in between is quarantined,
  // and replayed with the others.
  await nameCurrent(site, next.id, new Date());
  say(`release ${next.id} is current`);
  for (const { id, runs } of plan.tables) await putPlan(site, { v: 1, table: id, release: next.id, at: now(), runs });
  for (const { id, runs } of plan.tables) if (runs > 0) await carryOut(pipeline, id, dataFlag(place), say);
  const ids = new Set(plan.tables.flatMap(({ id, runs }) => (runs > 0 ? [id] : [])));
  const [left] = (await tokenChanges(site, next)).filter(({ source }) => ids.has(source.id));
  if (left)
    throw new FailedError(`${left.source.id} still holds the old tokens: its plan was taken away; call this again`);
  const stored = plan.transforms.filter(({ kind }) => kind !== 'view').map(({ id }) => id);
  const facts = { release: next.id, ...plan };
  if (stored.length === 0) return json ? printJson(facts) : undefined;
  const build = await pipeline.run({ selector: stored.join(','), fullRefresh: true });
  await tellBuild(pipeline, build.id, { json: json === true, facts });
}

const now = (): string => new Date().toISOString();

async function compileNext(site: Site, folder: string, commit: string | undefined): Promise<Release> {
  if (commit !== undefined) return compileDelivery(folder, { project: site.project, id: commit });
  // A local cloud has the canary's source only where `sluice release` was used there.
  const current = await currentRelease(site);
  const running = current && (await readRelease(site, current.id));
  return running?.sources.some(({ id }) => id === CANARY.id) ? compileDelivery(folder) : requireRelease(folder);
}

export async function planRetokenization(site: Site, pipeline: Pipeline, next: Release): Promise<RetokenizationPlan> {
  const tables: PlannedTable[] = [];
  for (const { source, columns } of await tokenChanges(site, next)) {
    const begun = (await getJson<Retokenization>(site, retokenizationName(source.id))) !== undefined;
    tables.push({ id: source.id, columns, ...(await runsOf(site, pipeline, source)), begun });
  }
  const ids = tables.map(({ id }) => id);
  const below = new Set(ids.flatMap((id) => [...downstreamOf(next, id)]));
  return {
    tables,
    transforms: next.transforms.filter(({ id }) => below.has(id)).map(({ id, kind }) => ({ id, kind })),
    apart: leftApart(next, ids),
  };
}

/** A lower bound of how many runs have rows: of a table of snapshots, only those that it shows. */
async function runsOf(
  site: Site,
  pipeline: Pipeline,
  { id, load }: Source,
): Promise<Pick<PlannedTable, 'runs' | 'gone'>> {
  const loaded = await pipeline.runs({ source: id, states: ['LOADED', 'DONE'] });
  if (load.mode === 'replace' || load.mode === 'replace_partition')
    return { runs: Math.min(loaded.length, 1), gone: [] };
  const gone = await pMap(loaded, async ({ detail }) => ((await isThere(site, detail)) ? [] : [detail.object.name]), {
    concurrency: 16,
  });
  return { runs: loaded.length, gone: gone.flat().sort() };
}

/** Whoever may not look is not told that it is gone. */
async function isThere(site: Site, { object, copy }: RunDetail): Promise<boolean> {
  for (const { bucket, name, generation } of copy ? [object, copy] : [object]) {
    const url = `${site.storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?generation=${generation}&fields=name`;
    try {
      if (await callJson('GET', url, undefined, { ...(await authorized(site)), allow: [404] })) return true;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 403) return true;
      throw error;
    }
  }
  return false;
}

function leftApart(next: Release, changed: readonly string[]): RetokenizationPlan['apart'] {
  const uses = keyUses(next);
  const nameOf = (key: string): string => key.split('@')[0] ?? key;
  const moved = new Set(uses.filter(({ source }) => changed.includes(source)).map(({ key }) => key));
  const names = new Set([...moved].map(nameOf));
  return uses.filter(({ key, source }) => names.has(nameOf(key)) && !moved.has(key) && !changed.includes(source));
}

function describePlan({ tables, transforms, apart }: RetokenizationPlan): string[] {
  return [
    ...tables.map(
      ({ id, columns, runs, gone, begun }) =>
        `${id}: other tokens in ${columns.join(', ')}; ${formatCounted(runs, 'run')} or more to replay${gone.length > 0 ? `, of which ${gone.length} cannot be: the file is gone` : ''}${begun ? ', begun already' : ''}`,
    ),
    ...transforms.map(
      ({ id, kind }) => `${id}: ${kind === 'view' ? 'a view, which follows by itself' : 'built anew after that'}`,
    ),
    ...apart.map(
      ({ key, source, columns }) =>
        `${source}: stays with ${key} (${columns.join(', ')}), and joins with these no more`,
    ),
  ];
}

function refuseGone(tables: readonly PlannedTable[]): void {
  const gone = tables.flatMap((table) => table.gone);
  if (gone.length === 0) return;
  const names = `${gone.slice(0, 5).join(', ')}${gone.length > 5 ? `, and ${gone.length - 5} more` : ''}`;
  throw new FailedError(
    `${formatCounted(gone.length, 'file')} of these tables ${gone.length === 1 ? 'is' : 'are'} gone, and their rows have no other origin: ${names}; nothing was changed. Undelete the generation that was loaded (soft delete keeps it for days)`,
  );
}

/** A file whose key is not there would go to quarantine, and the tables would wait for it. */
async function requireKeys(place: { data: string; env?: string }, next: Release): Promise<void> {
  const { keys } = await configuredKeys(place);
  const missing = keysOf(next).filter((key) => !Object.hasOwn(keys, key));
  if (missing.length === 0) return;
  const how =
    place.env === undefined
      ? '`sluice up` makes it as soon as it sees these declarations'
      : 'wrap it, add it to wrapped_keys and apply (OPERATIONS.md, Keys)';
  throw new FailedError(`the functions have no key ${missing.join(', ')}: ${how}`);
}

/** One for another release was given up. */
async function putPlan(site: Site, plan: Retokenization): Promise<void> {
  const name = retokenizationName(plan.table);
  const standing = await getJson<Retokenization>(site, name);
  if (standing && standing.release !== plan.release) await removeObject(site, name);
  await putJson(site, name, plan, '&ifGenerationMatch=0');
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

async function carryOut(pipeline: Pipeline, table: string, where: string, say: (line: string) => void): Promise<void> {
  let told = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.3, LONGEST_PAUSE_MS)) {
    const { done, runs, waiting, stuck } = await pipeline.retokenize(table);
    if (done) return say(`${table}: all rows have the new tokens`);
    if (stuck.length > 0) {
      const ids = stuck.map(shortId).join(', ');
      throw new FailedError(
        `${table} cannot go on: the replay of ${ids} has failed (\`npx sluice show ${shortId(stuck[0] ?? '')}${where}\`); mend the cause, replay it, and call this again. Until then the table stays as it was and takes nothing in`,
      );
    }
    const progress = `  ${table}: ${waiting} of ${runs} replayed`;
    if (progress !== told) tellProgress(progress);
    told = progress;
    await sleep(pause);
  }
}
