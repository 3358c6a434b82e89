import { retryable } from '../errors.ts';
import { marksPrefix, pendingName, slug } from '../model/ids.ts';
import type { LedgerEntry, PendingMark, Reason, ShardMark } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { planWindow, type Window } from '../plan/window.ts';
import type { Ports } from '../ports.ts';
import { advance } from './advance.ts';
import { batchesOf } from './batches.ts';
import { quarantine } from './quarantine.ts';
import { sourceOf } from './source-of.ts';

/**
 * Whoever finds every shard marked puts the run in line for its table. There is no counter to get wrong: marks are
 * listed, and each write here is create-only or recognised, so two last workers and a repeated one do no harm.
 */
export async function finishRun(ports: Ports, entry: LedgerEntry): Promise<void> {
  const marks = await marksOf(ports, entry);
  if (marks.length < (entry.detail.shards ?? 1)) return;
  const latest = await ports.ledger.latest(entry.source, entry.run);
  if (!latest || latest.epoch !== entry.epoch || (latest.state !== 'PREPARED' && latest.state !== 'DEIDENTIFIED'))
    return;

  const source = await sourceOf(ports, latest);
  const total = { records: sum(marks, 'records'), rows: sum(marks, 'rows'), rejects: sum(marks, 'rejects') };
  const reasons = judge(source, total, marks, latest.detail.capturedDate);
  if (reasons.length > 0) return quarantine(ports, latest, reasons);

  if (latest.state === 'PREPARED' && !(await advance(ports, latest, 'DEIDENTIFIED', total))) {
    // Another worker is ahead of us; if it falls, the queue repeats one of us and we come here again.
    const now = await ports.ledger.latest(entry.source, entry.run);
    if (now?.epoch !== entry.epoch || now.state !== 'DEIDENTIFIED') return;
  }
  ports.log.info('de-identified', { run: entry.run, source: entry.source, ...total });
  await putInLine(ports, latest, source);
}

/** The pending mark and the load task after it, in this order: a load that runs after its task was made sees the mark. */
export async function putInLine(
  ports: Ports,
  { source: table, run, epoch }: LedgerEntry,
  source: Source,
): Promise<void> {
  const pending: PendingMark = { v: 1, run, source: table, epoch };
  const name = pendingName(table, run, epoch);
  const written = await ports.objects.write(ports.buckets.state, name, JSON.stringify(pending), {
    ifAbsent: true,
    contentType: 'application/json',
  });
  const mark = written ?? (await ports.objects.stat(ports.buckets.state, name));
  if (!mark) throw retryable('STORAGE_FAILED', 'the pending mark is gone right after it was written');
  const window = await windowOf(ports, source, new Date(mark.createdAt));
  const nameOfTask = window ? `load-${table}-${window.number}` : `load-${table}-${run}-${epoch}`;
  await ports.tasks.enqueue({
    function: 'load',
    name: slug(nameOfTask),
    body: { table },
    ...(window && { at: window.at }),
  });
}

/** When the load comes that takes a run marked at this time; undefined = at once. */
export async function windowOf(ports: Ports, source: Source, markedAt: Date): Promise<Window | undefined> {
  const batches = batchesOf(ports, source.id);
  const newest = source.batchSeconds < SPARSE_SECONDS ? await batches.latest() : undefined;
  const today = newest ? ((await batches.record(newest.n)) ?? undefined) : undefined;
  return planWindow(source.batchSeconds, markedAt, today);
}

/** Windows this long cannot spend half of a day's 1,500 loads, so nobody needs to count. */
const SPARSE_SECONDS = 116;

export async function marksOf(ports: Ports, { run, epoch }: Pick<LedgerEntry, 'run' | 'epoch'>): Promise<ShardMark[]> {
  const names: string[] = [];
  for await (const { name } of ports.objects.list(ports.buckets.state, marksPrefix(run, epoch))) names.push(name);
  const texts = await Promise.all(names.map((name) => ports.objects.readText(ports.buckets.state, name)));
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as ShardMark]));
}

const sum = (marks: readonly ShardMark[], what: 'records' | 'rows' | 'rejects'): number =>
  marks.reduce((total, mark) => total + mark[what], 0);

function judge(
  source: Source,
  { records, rejects }: { records: number; rejects: number },
  marks: readonly ShardMark[],
  capturedDate: string | undefined,
): Reason[] {
  if (records < source.minRows) {
    return [
      records === 0
        ? {
            code: 'NO_RECORDS',
            message: 'the file has no records: set expect.min_rows: 0 if that is right for this source',
          }
        : {
            code: 'TOO_FEW_ROWS',
            message: `the file has ${records} records, fewer than expect.min_rows: ${source.minRows}`,
          },
    ];
  }
  return [...judgeRejects(source, records, rejects, marks), ...judgePartitions(source, marks, capturedDate)];
}

function judgeRejects(source: Source, records: number, rejects: number, marks: readonly ShardMark[]): Reason[] {
  const allowed = Math.floor(source.badRowsAllowed * records);
  if (rejects <= allowed) return [];
  const sample = marks.flatMap((mark) => mark.sample).sort((a, b) => a.row - b.row);
  return [
    {
      code: 'TOO_MANY_REJECTS',
      message: `${rejects} of ${records} records are bad, and bad_rows.allow lets ${allowed} pass: mend the file and drop it again, or mend the declaration and replay`,
    },
    ...sample
      .slice(0, 10)
      .map(({ row, column, reason }): Reason => ({ code: 'TOO_MANY_REJECTS', message: reason, row, column })),
  ];
}

/** A file that is named after a date replaces that date's rows: one stray row of another day would replace that day by itself. */
function judgePartitions(source: Source, marks: readonly ShardMark[], date: string | undefined): Reason[] {
  if (source.load.mode !== 'replace_partition' || !date) return [];
  const foreign = new Set(
    marks.flatMap(({ partitions }) => partitions).filter((partition) => !isPartOf(partition, date)),
  );
  if (foreign.size === 0) return [];
  const shown = [...foreign].sort().slice(0, 5).join(', ');
  return [
    {
      code: 'WRONG_PARTITION',
      column: source.partition?.by ?? '',
      message: `the name says ${date}, and rows lie in other partitions (${shown}), which this file would replace: mend the file, or leave {date:…} out of the pattern`,
    },
  ];
}

/** Whether a partition (`2026-01-31T05`, `2026-01-31`, `2026-01`, `2026`) holds the date or lies within it. */
const isPartOf = (partition: string, date: string): boolean => partition.startsWith(date) || date.startsWith(partition);
