import type { Batch } from '../model/run.ts';
import { pinsOf, type TokenPins } from '../plan/token-pins.ts';
import type { Ports } from '../ports.ts';
import { batchesOf } from './batches.ts';

/** What the keyed columns of a table are made with, as its newest batch, which is closed, has left it. */
export async function tokensHeld(ports: Ports, newest: Batch | undefined): Promise<TokenPins> {
  if (!newest) return {};
  const { table, release, n, tokens, tokensBefore } = newest;
  // Of a batch that was to replace them and failed, nothing was committed.
  if (tokensBefore && (await batchesOf(ports, table).done(n))?.outcome !== 'loaded') return tokensBefore;
  if (tokens) return tokens;
  // Batches from before tokens were recorded were made by the release that they name.
  const source = (await ports.releases.get(release)).sources.find(({ id }) => id === table);
  return source ? pinsOf(source) : {};
}
