import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from './testbed.ts';

/** Where the Google Cloud SDK keeps `bq`'s description of the API; undefined where it is not installed. */
function findDiscovery(): string | undefined {
  try {
    const sdk = execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const file = join(sdk, 'platform/bq/discovery_next/bigquery.json');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

const discovery = findDiscovery();
if (discovery === undefined) console.log('bq is not installed: its tests are left out');

const NESTED = [
  { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
  { name: 'tags', type: 'STRING', mode: 'REPEATED' },
  { name: 'item', type: 'RECORD', fields: [{ name: 'sku', type: 'STRING' }] },
];
const WIDER = ['id:INTEGER', 'name:STRING', 'extra:STRING'].map((field) => ({
  name: field.split(':')[0],
  type: field.split(':')[1],
}));
const FILES = {
  'local.csv': '1,ann,2026-01-01\n2,bob,2026-01-02\n',
  'header.csv': 'id,name,day\n3,cy,2026-01-03\n',
  'bad.csv': '1,ann\nx,bob\n',
  'nested.json': JSON.stringify(NESTED),
  'wider.json': JSON.stringify(WIDER),
  'rows.json': '{"id":1,"tags":["a","b"],"item":{"sku":"x"}}\n{"id":2}\n',
};

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  // A dataset for each of those who work side by side.
  for (const name of ['shop', 'lab', 'desk'])
    await run(
      bed,
      `CREATE SCHEMA ${name}; CREATE TABLE ${name}.t (id INT64, name STRING); INSERT ${name}.t VALUES (1, 'ann')`,
    );
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(bed.dir, name), content);
  bed.put('lines.json', '{"id":4,"name":"dan"}\n{"id":5,"name":"eve"}\n');
});
afterAll(() => bed.stop());

const environment = () => ({
  ...process.env,
  CLOUDSDK_AUTH_ACCESS_TOKEN: 'fake',
  CLOUDSDK_CORE_PROJECT: 'local',
  CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
  CLOUDSDK_CONFIG: mkdtempSync(join(bed.dir, 'gcloud-')),
});
const flags = () => [`--discovery_file=${discovery}`, '--api', bed.url, '--project_id=local'];

async function bq(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('bq', [...flags(), ...args], { env: environment(), timeout: 60_000 });
  return stdout.trim();
}

/** One `bq shell` for many commands: each start of `bq` takes seconds. Resolves to what each of them said. */
async function shell(format: string, commands: readonly string[]): Promise<string[]> {
  const child = spawn('bq', [...flags(), `--format=${format}`, 'shell'], {
    cwd: bed.dir,
    env: environment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8');
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stdin.end(`${commands.join('\n')}\nquit\n`);
  await once(child, 'close');
  // What it says while it waits is overwritten on a terminal.
  const answers = text
    .replaceAll(/\r[^\r\n]*\r?/g, '')
    .split('local> ')
    .slice(1, -1);
  return answers.map((answer) => answer.replace(/^Upload complete\.\s*/, '').trim());
}

/** A command, and what it says: JSON where it says JSON, a part of its words otherwise; '' = nothing. */
type Step = [command: string, said: unknown];

async function follow(format: string, steps: readonly Step[]): Promise<void> {
  const answers = await shell(
    format,
    steps.map(([command]) => command),
  );
  const seen = steps.map(([command], i) => [command, answers[i]]);
  for (const [i, [command, said]] of steps.entries()) {
    const answer = answers[i] ?? '';
    const words = answer.replaceAll(/\s+/g, ' ');
    if (typeof said === 'string')
      expect([command, words]).toEqual([command, said === '' ? '' : expect.stringContaining(said)]);
    else {
      expect([command, answer]).toEqual([command, expect.stringMatching(/^[[{]/)]);
      expect([command, JSON.parse(answer)]).toMatchObject([command, said]);
    }
  }
  expect(answers, JSON.stringify(seen)).toHaveLength(steps.length);
}

const SQL = 'query --nouse_legacy_sql';

test.runIf(discovery)(
  'bq makes, lists, shows, changes and removes what lies in a project',
  { concurrent: true, timeout: 120_000 },
  () =>
    follow('json', [
      ['ls', [{ id: 'local:desk' }, { id: 'local:lab' }, { id: 'local:shop' }]],
      ['ls -p', [{ id: 'local' }]],
      ['mk -d --description "a set" --label team:growth --default_table_expiration 3600 work', 'successfully created'],
      ['mk -d work', 'already exists'],
      ['show work', { description: 'a set', labels: { team: 'growth' }, defaultTableExpirationMs: '3600000' }],
      ['update --description new --set_label a:b --clear_label team work', 'successfully updated'],
      ['show work', { description: 'new', labels: { a: 'b' } }],
      [
        'mk -t --schema id:integer,name:string,day:date --time_partitioning_field day --time_partitioning_expiration 864000 --clustering_fields name --require_partition_filter=true --description parts --label x:y --expiration 86400 work.parts',
        'successfully created',
      ],
      [
        'show work.parts',
        {
          description: 'parts',
          labels: { x: 'y' },
          timePartitioning: { type: 'DAY', field: 'day', expirationMs: '864000000' },
          clustering: { fields: ['name'] },
          requirePartitionFilter: true,
          expirationTime: expect.stringMatching(/^\d{13}$/),
        },
      ],
      ['mk -t --schema id:integer --range_partitioning id,0,100,10 work.ranges', 'successfully created'],
      ['show work.ranges', { rangePartitioning: { field: 'id', range: { start: '0', end: '100', interval: '10' } } }],
      ['mk -t work.nested nested.json', 'successfully created'],
      [
        'show --schema work.nested',
        [{ name: 'id' }, { name: 'tags', mode: 'REPEATED' }, { name: 'item', type: 'RECORD' }],
      ],
      ['insert work.nested rows.json', { kind: 'bigquery#tableDataInsertAllResponse' }],
      ['head work.nested', [{ id: '1', tags: ['a', 'b'], item: { sku: 'x' } }, { id: '2' }]],
      ['insert work.nested local.csv', 'Could not parse'],
      [
        'mk --use_legacy_sql=false --expiration 3600 --view "SELECT id FROM `local.shop.t`" work.v',
        'successfully created',
      ],
      [
        'show --view work.v',
        { type: 'VIEW', expirationTime: expect.any(String), view: { query: 'SELECT id FROM `local.shop.t`' } },
      ],
      ['update --use_legacy_sql=false --view "SELECT 2 AS two" work.v', 'successfully updated'],
      ['show --schema work.v', [{ name: 'two' }]],
      [
        'mk --materialized_view "SELECT id, COUNT(*) AS n FROM `local.shop.t` GROUP BY id" --refresh_interval_ms=600000 work.mv',
        'successfully created',
      ],
      ['show work.mv', { type: 'MATERIALIZED_VIEW', materializedView: { refreshIntervalMs: '600000' } }],
      [`${SQL} "CREATE FUNCTION work.f(x INT64) AS (x + 1)"`, 'Created local.work.f'],
      ['ls --routines work', [{ routineType: 'SCALAR_FUNCTION', routineReference: { routineId: 'f' } }]],
      ['show --routine work.f', { definitionBody: 'x + 1' }],
      ['rm -f --routine work.f', ''],
      ['ls --models work', ''],
      ['ls -n 2 work', [{ id: 'local:work.mv' }, { id: 'local:work.nested' }]],
      ['update --description d --expiration 3600 --set_label c:d shop.t', 'successfully updated'],
      ['update --expiration 0 shop.t', 'successfully updated'],
      ['update shop.t wider.json', 'successfully updated'],
      [
        'show shop.t',
        {
          description: 'd',
          labels: { c: 'd' },
          schema: { fields: [{ name: 'id' }, { name: 'name' }, { name: 'extra' }] },
        },
      ],
      ['update shop.t nested.json', 'Provided Schema does not match Table local:shop.t'],
      ['update --etag old --description z shop.t', 'Precondition Failed'],
      ['rm -f -t work.nothing', ''],
      ['rm -t work.nothing', 'Not found: Table local:work.nothing'],
      ['rm -f -d work', 'still in use'],
      ['rm -r -f -d work', ''],
      ['ls work', 'Not found: Dataset local:work'],
    ]),
);

test.runIf(discovery)('bq loads, copies, extracts and follows jobs', { concurrent: true, timeout: 120_000 }, () =>
  follow('json', [
    ['load lab.loaded local.csv id:integer,name:string,day:date', ''],
    ['load --skip_leading_rows=1 --replace lab.loaded header.csv', ''],
    ['head lab.loaded', [{ id: '3', name: 'cy', day: '2026-01-03' }]],
    ['load --autodetect lab.detected header.csv', ''],
    ['show --schema lab.detected', [{ type: 'INTEGER' }, { type: 'STRING' }, { type: 'DATE' }]],
    ['load --source_format=NEWLINE_DELIMITED_JSON --autodetect lab.json gs://lake/lines.json', ''],
    ['head -s 1 -n 1 lab.json', [{ id: '5' }]],
    [
      'load --max_bad_records=1 --null_marker=ann lab.marked bad.csv id:integer,name:string',
      'Could not parse value as INT64 for field id',
    ],
    ['head lab.marked', [{ id: '1', name: null }]],
    ['load lab.marked bad.csv', 'Error while reading data'],
    [
      'load --source_format=ORC lab.orc gs://lake/lines.json',
      'not supported by the embedded warehouse: source format ORC',
    ],
    [
      `${SQL} "CREATE TABLE lab.days (n INT64, d DATE) PARTITION BY d; INSERT lab.days VALUES (1, '2026-01-01'), (2, '2026-01-02')"`,
      'Number of affected rows: 2',
    ],
    ['head lab.days$20260102', [{ n: '2' }]],
    ['cp lab.days$20260101 lab.first', 'successfully copied'],
    ['head lab.first', [{ n: '1' }]],
    ['cp -n lab.days lab.first', 'already exists, skipping'],
    ['cp -a lab.days$20260101 lab.days$20260101', 'successfully copied'],
    ['cp -f lab.t lab.copied', 'successfully copied'],
    ['cp -a lab.t,lab.copied lab.copied', 'successfully copied'],
    [`${SQL} "SELECT COUNT(*) AS n FROM lab.copied"`, [{ n: '3' }]],
    ['cp --snapshot --no_clobber --expiration=86400 lab.t lab.frozen', 'successfully'],
    ['show lab.frozen', { type: 'SNAPSHOT', expirationTime: expect.any(String) }],
    ['cp --restore --no_clobber lab.frozen lab.restored', 'successfully'],
    ['cp --clone --no_clobber lab.t lab.cloned', 'successfully'],
    ['rm -f lab.days$20260102', ''],
    [`${SQL} "SELECT SUM(n) AS n, COUNT(*) AS c FROM lab.days"`, [{ n: '2', c: '2' }]],
    ['extract --noprint_header --field_delimiter=tab lab.t gs://lake/out.csv', ''],
    ['extract --destination_format=NEWLINE_DELIMITED_JSON --compression=GZIP lab.t gs://lake/out-*.json', ''],
    ['extract --destination_format=PARQUET --compression SNAPPY lab.t gs://lake/out.parquet', ''],
    ['extract --destination_format=AVRO --use_avro_logical_types lab.t gs://lake/out.avro', ''],
    ['load --source_format=AVRO --use_avro_logical_types lab.avro gs://lake/out.avro', ''],
    ['head lab.avro', [{ id: '1', name: 'ann' }]],
    ['load --source_format=PARQUET lab.parquet gs://lake/out.parquet', ''],
    ['load --source_format=PARQUET --replace lab.parquet objects/lake/out.parquet', ''],
    ['head lab.parquet', [{ id: '1', name: 'ann' }]],
    ['ls -j -n 1', [{ state: 'DONE' }]],
    ['show -j unknown', 'Not found: Job local:US.unknown'],
    ['cancel unknown', 'Not found: Job local:US.unknown'],
  ]).then(() => expect(readFileSync(join(bed.dir, 'objects/lake/out.csv'), 'utf8')).toMatch(/^1\tann/)),
);

test.runIf(discovery)(
  'bq queries with parameters, into tables, without running them, and in scripts',
  { concurrent: true, timeout: 120_000 },
  () =>
    follow('json', [
      [
        `${SQL} --dry_run "SELECT id FROM desk.t"`,
        { statistics: { query: { totalBytesProcessed: expect.any(String) } } },
      ],
      [
        `${SQL} --parameter=i:INT64:5 --parameter=f:FLOAT64:1.5 --parameter=s::txt --parameter=b:BOOL:true --parameter=d:DATE:2026-01-01 --parameter=ts:TIMESTAMP:"2026-01-01 10:00:00" --parameter=n:NUMERIC:1.25 --parameter=z:INT64:NULL "SELECT @i i, @f f, @s s, @b b, @d d, @ts ts, @n n, @z z"`,
        [{ i: '5', f: '1.5', s: 'txt', b: 'true', d: '2026-01-01', ts: '2026-01-01 10:00:00', n: '1.25', z: null }],
      ],
      [
        `${SQL} --parameter='a:ARRAY<INT64>:[1,2]' --parameter='st:STRUCT<x INT64, y STRING>:{"x": 1, "y": "foo"}' "SELECT @a a, @st st"`,
        [{ a: ['1', '2'], st: { x: '1', y: 'foo' } }],
      ],
      [`${SQL} --parameter=:INT64:5 --parameter=::p "SELECT ? x, ? y"`, [{ x: '5', y: 'p' }]],
      [`${SQL} --destination_table=desk.into "SELECT 1 AS x"`, [{ x: '1' }]],
      [`${SQL} --append_table --destination_table=desk.into "SELECT 2 AS x"`, [{ x: '2' }]],
      [`${SQL} "SELECT SUM(x) AS s FROM desk.into"`, [{ s: '3' }]],
      [`${SQL} --replace --destination_table=desk.into "SELECT 7 AS x"`, [{ x: '7' }]],
      [`${SQL} --destination_table=desk.into "SELECT 4 AS x"`, 'Already Exists: Table local:desk.into'],
      [`${SQL} --batch --nouse_cache --label k:v --maximum_bytes_billed=1 "SELECT * FROM desk.t"`, 'bytes billed: 1.'],
      [`${SQL} --batch --nouse_cache --maximum_bytes_billed=100000000 "SELECT id FROM desk.t"`, [{ id: '1' }]],
      [
        `${SQL} --max_rows=2 --start_row=3 "SELECT n FROM UNNEST(GENERATE_ARRAY(1, 9)) n ORDER BY n"`,
        [{ n: '4' }, { n: '5' }],
      ],
      [`${SQL} --rpc "SELECT 1 AS x"`, [{ x: '1' }]],
      [
        `${SQL} "DECLARE x INT64 DEFAULT 1; SELECT x; INSERT desk.into VALUES (x); SELECT x + 1 AS y"`,
        'Number of affected rows: 1',
      ],
      [`${SQL} "INSERT desk.into VALUES (1), (2)"`, 'Number of affected rows: 2'],
      [`${SQL} "SELECT FROM"`, 'Syntax error'],
      ['query --use_legacy_sql "SELECT 1"', 'legacy SQL; set useLegacySql to false'],
      [`${SQL} "SELECT ST_GEOGPOINT(1, 2)"`, 'not supported by the embedded warehouse: function ST_GEOGPOINT'],
    ]),
);

test.runIf(discovery)(
  'bq starts a job, waits for it and removes it; who may read what is refused plainly',
  { concurrent: true, timeout: 120_000 },
  async () => {
    const started = bq('--job_id=mine', '--nosync', ...SQL.split(' '), 'SELECT 1 AS x');
    const policy = bq('get-iam-policy', 'desk.t').catch((error: { stdout: string }) => error.stdout);
    expect(await started).toContain('Successfully started query local:mine');
    const said = await follow('pretty', [
      ['wait mine', 'SUCCESS'],
      ['cancel mine', 'Job completed before it could be cancelled.'],
      ['show -j mine', 'SUCCESS'],
      ['rm -f -j mine', ''],
      ['show -j mine', 'Not found: Job local:US.mine'],
      ['head desk.t', '| id | name |'],
    ]);
    expect(said).toBeUndefined();
    expect(await policy).toMatch(/is not an\s+operation that the\s+local cloud supports/);
  },
);
