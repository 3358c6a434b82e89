import { gzipSync } from 'node:zlib';
import type { Seen } from './observe.ts';
import { type Bench, startBench } from './policy-bench.ts';

/**
 * Runs every function through all that it may meet (files that load, are refused, vanish, are replayed; workers that come
 * second; jobs that take long; nights that find things left behind) and notes every call that leaves it.
 */
export async function recordCalls(): Promise<Seen[]> {
  const bench = await startBench();
  try {
    await play(bench, 'once');
    bench.observer.doubled = true;
    await play(bench, 'twice');
    bench.observer.doubled = false;
    await takeLong(bench);
    await findLeftBehind(bench);
    await answerPeople(bench);
    await giveValuesBack(bench);
    await forgetSomebody(bench);
    return bench.seen();
  } finally {
    await bench.stop();
  }
}

const csv = (...lines: string[]): string => `${lines.join('\n')}\n`;

/** Files of every kind and fate. */
async function play(bench: Bench, round: string): Promise<void> {
  const { drop, drain, vanish, bigquery, call } = bench;
  const rows = Array.from({ length: 5 }, (_, n) => `${n},p${n}@example.com,2026-01-0${1 + (n % 3)},`);
  const appends = csv('id,email,day,note', ...rows);

  // Tables that are there and differ from what is declared.
  await bigquery('POST', 'datasets', { datasetReference: { datasetId: 'lake' } });
  await bigquery('POST', 'datasets', { datasetReference: { datasetId: 'mart' } });
  await bigquery('POST', 'datasets/lake/tables', {
    tableReference: { tableId: 'narrow' },
    schema: { fields: [{ name: 'id', type: 'INTEGER' }] },
  });
  await bigquery('POST', 'datasets/lake/tables', {
    tableReference: { tableId: 'clash' },
    schema: { fields: [{ name: 'id', type: 'TIMESTAMP' }] },
  });
  await bigquery('POST', 'datasets/mart/tables', {
    tableReference: { tableId: 'totals' },
    view: { query: 'SELECT 1 AS one', useLegacySql: false },
  });

  await drop(`appends/${round}.csv`, appends);
  await drop(`appends/${round}.csv.gz`, gzipSync(appends));
  await drop(
    `appends/${round}-rejects.csv`,
    csv('id,email,day,note', '1,a@example.com,2026-01-01,', 'x,b@example.com,2026-01-01,'),
  );
  await drop(`days/${round}.csv`, csv('day,amount', '2026-01-01,1', '2026-01-02,2'));
  await drop(`wholes/${round}.csv`, csv('day,amount', '2026-01-01,1'));
  await drop(
    `merges/${round}.ndjson`,
    '{"id":1,"version":1,"day":"2026-01-01"}\n{"id":2,"version":1,"day":"2026-01-02"}\n',
  );
  await drop(`narrow/${round}.csv`, csv('id,amount', '1,1'));
  await drop(`narrow/${round}-none.csv`, csv('id,amount'));
  await drop(`templated/${round}.csv`, csv('note', 'call me'));
  await drop(`clash/${round}.csv`, csv('id', '1'));
  await drop(`stray/${round}.csv`, csv('a', '1'));
  await drop(`days/${round}-header.csv`, csv('day,price', '2026-01-01,1'));
  const refused = await drop(
    `appends/${round}-refused.csv`,
    csv('id,email,day,note', ...rows.map((row) => row.replace(/^\d+/, 'x'))),
  );
  const exposed = await drop(
    `appends/${round}-exposed.csv`,
    // Of several shards the last one, after the others have written theirs.
    csv('id,email,day,note', ...rows, '9,a@example.com,2026-01-01,ann.smith@example.com'),
  );
  await vanish(await drop(`appends/${round}-gone.csv`, appends));
  await vanish(await drop(`appends/${round}-going.csv`, appends), 'deidentify');
  await drain();
  // Workers that come second have been seen by now.
  if (bench.observer.doubled) return;
  // More batches of one table than it keeps owners of; then files that are played again, from quarantine where the object
  // itself is gone.
  for (let n = 0; n < 6; n++) {
    await drop(`days/${round}-${n}.csv`, csv('day,amount', `2026-01-0${1 + (n % 3)},${n}`));
    await drain();
  }
  await drop(`merges/${round}-later.ndjson`, '{"id":1,"version":2,"day":"2026-01-03"}\n');
  await drain();
  await vanish(refused);
  await vanish(exposed);
  const again = [`merges/${round}.ndjson`, `days/${round}.csv`, `appends/${round}.csv`, refused.name, exposed.name];
  for (const run of await bench.runs()) {
    if (!again.includes(run.detail.object.name)) continue;
    await call('adhoc', { action: 'replay', run: run.run });
    await drain();
  }
}

/** Jobs that outlive the functions' patience are followed by a later task. */
async function takeLong({ drop, call, drain }: Bench): Promise<void> {
  await drop('days/long.csv', csv('day,amount', '2026-01-05,1'));
  await drain('load');
  await call('adhoc', { action: 'run', selector: '*', fullRefresh: true });
  await drain('transform');
}

/** Eight days on: runs that stopped at each of their states, an object that nobody was told of, staging that is old. */
async function findLeftBehind({ observer, drop, call, drain, ports, runs, forget }: Bench): Promise<void> {
  await drop('merges/waits.ndjson', '{"id":3,"version":1,"day":"2026-01-03"}\n');
  await drop('merges/lost.ndjson', '{"id":4,"version":1,"day":"2026-01-03"}\n');
  await forget('load');
  for (const { source, run, epoch, detail } of await runs())
    if (detail.object.name === 'merges/lost.ndjson')
      await ports.objects.remove(ports.buckets.state, `pending/${source}/${run}.${epoch}.json`);
  await drop('appends/claimed.csv', csv('id,email,day,note', '1,a@example.com,2026-01-01,'));
  await forget('prepare');
  await ports.objects.write(
    ports.buckets.raw,
    'appends/untold.csv',
    csv('id,email,day,note', '2,b@example.com,2026-01-01,'),
  );
  await call('forget', { action: 'begin', source: 'lake.merges', key: { '': '3' }, reason: ERASED });
  await forget('forget');
  observer.ahead += 8 * 86_400_000;
  await call('nightly', { only: 'sweep', key: 'k' });
  await call('nightly', { key: 'night', date: '2026-01-05' });
  await drain();
}

const ERASED = 'a rehearsal of what is allowed';

/** Of files live and no more so, packed and in quarantine; of shards, tables and clones; twice over. */
async function forgetSomebody({ call, drop, drain, bigquery, observer }: Bench): Promise<void> {
  const rows = ['id,email,day,note', '1,Ann@example.com,2026-01-01,', '2,b@example.com,2026-01-01,'];
  await drop('appends/erased.csv', csv(...rows));
  await drain();
  await drop('appends/erased.csv', csv(...rows, '3,c@example.com,2026-01-01,'));
  await drop(
    'appends/erased.csv.gz',
    gzipSync(csv(...rows, ...Array.from({ length: 9 }, (_, n) => `${n},x@y.zz,2026-01-01,`))),
  );
  await drop(
    'appends/erased-refused.csv',
    csv(
      'id,email,day,note',
      'x,Ann@example.com,2026-01-01,',
      'y,a@example.com,2026-01-01,',
      'z,a@example.com,2026-01-01,',
    ),
  );
  await drain();
  const reference = (tableId: string) => ({ projectId: 'local', datasetId: 'lake', tableId });
  await bigquery('POST', 'jobs', {
    configuration: {
      copy: { sourceTable: reference('appends'), destinationTable: reference('appends_clone'), operationType: 'CLONE' },
    },
  });
  const ask = { source: 'lake.appends', key: { email: 'Ann@example.com' }, reason: ERASED };
  for (const dryRun of [true, false]) {
    observer.doubled = !dryRun;
    const { erasure } = await call<{ erasure: { id: string } }>('forget', { action: 'begin', ...ask, dryRun });
    observer.doubled = false;
    await drain();
    await call('forget', { action: 'show', erasure: erasure.id });
  }
}

/** Clear values of rows and of tokens. */
async function giveValuesBack({ call, runs, observer }: Bench): Promise<void> {
  const run = (await runs()).find(({ source, state }) => source === 'lake.appends' && state === 'DONE');
  const ask = { source: 'lake.appends', columns: ['email'], reason: 'a rehearsal of what is allowed' };
  observer.doubled = true;
  await call('reidentify', { ...ask, run: run?.run, rows: [1, 2] });
  observer.doubled = false;
}

/** All that a person may ask for. */
async function answerPeople({ call, drain, runs }: Bench): Promise<void> {
  const { build } = await call<{ build: { id: string } }>('adhoc', {
    action: 'run',
    selector: '*',
    from: '2026-01-01',
    to: '2026-01-03',
  });
  const { night } = await call<{ night: string }>('adhoc', { action: 'nightly', date: '2026-01-06' });
  await drain();
  for (const request of [
    { action: 'build', build: build.id },
    { action: 'night', night },
    { action: 'release' },
    { action: 'runs', reasons: true },
  ])
    await call('adhoc', request);
  for (const { run } of await runs()) await call('adhoc', { action: 'show', run });
}
