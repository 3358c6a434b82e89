import { manifestName } from '../model/ids.ts';
import type { LedgerEntry, Manifest } from '../model/run.ts';
import type { Ports } from '../ports.ts';

/** Create-only: of two that were cut by different limits, the first one stands, and it is what comes back. */
export async function writeManifest(ports: Ports, manifest: Manifest): Promise<Manifest> {
  const name = manifestName(manifest.run, manifest.epoch);
  const written = await ports.objects.write(ports.buckets.state, name, JSON.stringify(manifest), {
    ifAbsent: true,
    contentType: 'application/json',
  });
  return written ? manifest : ((await readManifest(ports, manifest)) ?? manifest);
}

/** undefined = the run has one shard at most. */
export async function readManifest(
  ports: Ports,
  { run, epoch }: Pick<LedgerEntry, 'run' | 'epoch'>,
): Promise<Manifest | undefined> {
  const text = await ports.objects.readText(ports.buckets.state, manifestName(run, epoch));
  return text === undefined ? undefined : (JSON.parse(text) as Manifest);
}
