import { terminal } from '../errors.ts';
import { type AuditEntry, auditName } from '../model/reidentification.ts';
import type { Ports } from '../ports.ts';
import { publish } from './publish.ts';

/** Stands for the source in what is told of a request that named none. */
const NO_SOURCE = '_unknown';

/**
 * Writes down a request for clear values, thrice: an object that no function may change or remove, the event, a line of the
 * log. Whoever called this answers only once it has returned. Throws what the store or the topic throws.
 */
export async function audit(
  ports: Pick<Ports, 'objects' | 'buckets' | 'events' | 'log'>,
  entry: AuditEntry,
): Promise<void> {
  const name = auditName(entry);
  const body = JSON.stringify(entry);
  const written = await ports.objects.write(ports.buckets.state, name, body, {
    ifAbsent: true,
    contentType: 'application/json',
  });
  // Our own write behind a lost answer reads as somebody else's.
  if (!written && (await ports.objects.readText(ports.buckets.state, name)) !== body)
    throw terminal('LEDGER_CONFLICT', `the audit entry ${entry.id} was not written: its name is taken`);
  const { v: _, id, at, source = NO_SOURCE, run, ...detail } = entry;
  await publish(ports, {
    v: 1,
    id,
    type: 'privacy.reidentified',
    at,
    subject: source,
    ...(run && { run }),
    detail,
  });
  const { columns, by, rows: _rows, ...facts } = detail;
  ports.log.warn('re-identification', {
    ...facts,
    audit: id,
    source,
    columns: columns.join(', '),
    ...(run && { run }),
    ...(by && { by: by.join(', ') }),
  });
}
