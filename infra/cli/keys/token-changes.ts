import { batchesPrefix } from '../../../functions/model/ids.ts';
import type { Release } from '../../../functions/model/release.ts';
import type { Batch, BatchDone } from '../../../functions/model/run.ts';
import type { Source } from '../../../functions/model/source.ts';
import { changedPins, pinsOf, type TokenPins } from '../../../functions/plan/token-pins.ts';
import { FailedError, ServiceError } from '../errors.ts';
import { callJson } from '../http-json.ts';
import { currentRelease, getJson, readRelease } from '../publish-release.ts';
import { authorized, type Site } from '../site.ts';

type State = Pick<Site, 'storage' | 'buckets' | 'credentials'>;

/** A table whose rows hold other tokens than a release would make. */
export interface TokenChange {
  source: Source;
  columns: string[];
}

export async function tokenChanges(site: State, next: Pick<Release, 'sources'>): Promise<TokenChange[]> {
  const found: TokenChange[] = [];
  for (const source of next.sources) {
    const pins = pinsOf(source);
    if (Object.keys(pins).length === 0) continue;
    const columns = changedPins(await heldTokens(site, source.id), pins);
    if (columns.length > 0) found.push({ source, columns });
  }
  return found;
}

/** A release would bring other tokens than those that are loaded. */
export class NewTokensError extends FailedError {}

/**
 * Throws NewTokensError where a release would bring tokens that do not join with those that are loaded. A table that each
 * file replaces follows by itself.
 */
export async function refuseNewTokens(site: State, next: Pick<Release, 'sources'>, where: string): Promise<void> {
  const changes = (await tokenChanges(site, next)).filter(({ source }) => source.load.mode !== 'replace');
  if (changes.length === 0) return;
  const list = changes.map(({ source, columns }) => `${source.id} (${columns.join(', ')})`).join(', ');
  throw new NewTokensError(
    `other tokens than those that are loaded: ${list}; \`npx sluice retokenize${where}\` carries that out for all rows at once, with --plan it tells what it would do`,
  );
}

/** As its newest batch says; whoever may not look there takes the release that runs for it. */
async function heldTokens(site: State, table: string): Promise<TokenPins> {
  try {
    return await recordedTokens(site, table);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 403) throw error;
    const current = await currentRelease(site);
    return current ? pinsIn(await readRelease(site, current.id), table) : {};
  }
}

async function recordedTokens(site: State, table: string): Promise<TokenPins> {
  const prefix = batchesPrefix(table);
  const query = new URLSearchParams({ prefix, maxResults: '1', fields: 'items(name)' });
  const url = `${site.storage}/storage/v1/b/${site.buckets.state}/o?${query}`;
  const listed = await callJson<{ items?: { name: string }[] }>('GET', url, undefined, await authorized(site));
  // The newest comes first, whichever of its objects it is.
  const number = listed?.items?.[0]?.name.slice(prefix.length).split('.')[0];
  if (number === undefined) return {};
  const batch = await getJson<Batch>(site, `${prefix}${number}.open.json`);
  if (!batch) return {};
  if (batch.tokensBefore && (await getJson<BatchDone>(site, `${prefix}${number}.done.json`))?.outcome !== 'loaded')
    return batch.tokensBefore;
  return batch.tokens ?? pinsIn(await readRelease(site, batch.release), table);
}

function pinsIn({ sources }: Release, table: string): TokenPins {
  const source = sources.find(({ id }) => id === table);
  return source ? pinsOf(source) : {};
}
