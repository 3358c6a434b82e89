import { retryable } from '../errors.ts';
import { newestFirst, ownersPrefix } from '../model/ids.ts';
import { NO_OWNERS, type Owners } from '../plan/ownership.ts';
import type { Ports } from '../ports.ts';

/** Kept beside the newest, for whoever has listed them and reads them now. */
const KEPT = 4;

/** Which snapshots a table shows, as its newest batch has left it. */
export async function readOwners(ports: Ports, table: string): Promise<Owners> {
  for await (const { name } of ports.objects.list(ports.buckets.state, ownersPrefix(table), { limit: 1 })) {
    const text = await ports.objects.readText(ports.buckets.state, name);
    if (text === undefined) throw retryable('LEDGER_CONFLICT', `the owners of ${table} are listed and cannot be read`);
    return JSON.parse(text) as Owners;
  }
  return NO_OWNERS;
}

/** An object a batch, create-only: a worker that was given up and writes late changes nothing that a newer batch says. */
export async function writeOwners(ports: Ports, table: string, owners: Owners): Promise<void> {
  const prefix = ownersPrefix(table);
  await ports.objects.write(ports.buckets.state, `${prefix}${newestFirst(owners.n)}.json`, JSON.stringify(owners), {
    ifAbsent: true,
    contentType: 'application/json',
  });
  const names: string[] = [];
  for await (const { name } of ports.objects.list(ports.buckets.state, prefix, { limit: 2 * KEPT })) names.push(name);
  for (const name of names.slice(KEPT)) await ports.objects.remove(ports.buckets.state, name);
}
