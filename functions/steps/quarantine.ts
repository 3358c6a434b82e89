import { SluiceError } from '../errors.ts';
import { digest, quarantinedName } from '../model/ids.ts';
import { isEnded, type LedgerEntry, type ObjectRef, type Reason } from '../model/run.ts';
import type { Ports } from '../ports.ts';
import { advance } from './advance.ts';
import { publish } from './publish.ts';
import { readSuccessor } from './successor.ts';

/** Reasons that the ledger and the event carry; the file beside the object has them all. */
const SHOWN = 20;

/** Ends a run: its object goes to quarantine with the reasons, and can be replayed from there. Nothing of it is loaded. */
export async function quarantine(ports: Ports, entry: LedgerEntry, reasons: readonly Reason[]): Promise<void> {
  const { source, run, epoch, detail } = entry;
  const name = quarantinedName(source, run, epoch, detail.object.name);
  const copy = await copyObject(ports, detail.object, name, detail.copy);
  const report = { v: 1, source, run, epoch, object: detail.object, reasons };
  await ports.objects.write(ports.buckets.quarantine, `${name}.reasons.json`, JSON.stringify(report, undefined, 2), {
    contentType: 'application/json',
  });
  const shown = reasons.slice(0, SHOWN);
  // Told before it is written: a crash between the two repeats the event, which its id shows, and never loses it.
  await publish(ports, {
    v: 1,
    id: digest([run, epoch, 'run.quarantined']),
    type: 'run.quarantined',
    at: ports.clock.now().toISOString(),
    subject: source,
    run,
    epoch,
    detail: { reasons: shown, object: detail.object.name },
  });
  for (
    let from: LedgerEntry | undefined = entry;
    from && !isEnded(from.state) && from.epoch === epoch;
    from = await ports.ledger.latest(source, run)
  ) {
    if (await advance(ports, from, 'QUARANTINED', { reasons: shown, ...(copy && { copy }) })) break;
  }
  ports.log.warn('quarantined', { run, source, epoch, code: shown[0]?.code ?? 'UNEXPECTED' });
}

/** An object that is gone cannot be copied; the reasons still tell of it. */
async function copyObject(
  ports: Ports,
  object: ObjectRef,
  name: string,
  earlier: ObjectRef | undefined,
): Promise<ObjectRef | undefined> {
  try {
    const { bucket, generation } = await ports.objects.copy(object, ports.buckets.quarantine, name);
    return { bucket, name, generation };
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'OBJECT_GONE') throw error;
    const next = await readSuccessor(ports, object);
    return next ? copyObject(ports, next.successor, name, earlier) : earlier;
  }
}

export function reasonOf(error: SluiceError): Reason {
  const { row, column } = error.details;
  return {
    code: error.code,
    message: error.message,
    ...(typeof row === 'number' && { row }),
    ...(typeof column === 'string' && { column }),
  };
}
