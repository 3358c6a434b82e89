import { type ErasedTable, keyRowsName, type Left, type TableDone, tableDoneName } from '../../model/erasure.ts';
import { keysPrefix, OWN_DATASET, stagedPrefix } from '../../render/commit-tables.ts';
import {
  type KeyField,
  keyTable,
  renderCountTheirs,
  renderErase,
  renderKeyLoad,
  renderKeyRows,
} from '../../render/erasure.ts';
import { endedJob, followJob, type JobPlace } from '../run-job.ts';
import type { ErasureContext } from './context.ts';
import type { Person } from './person.ts';

type Found = Omit<TableDone, 'v' | 'n'>;

/**
 * Deletes the person's rows from the source's table and its clones, and drops what lies about of its loads, which none can
 * be at. A dry run counts the rows. `running` = a job goes on.
 */
export async function eraseTables(context: ErasureContext, person: Person): Promise<Found | 'running'> {
  const { ports, erasure, source } = context;
  const { warehouse } = ports;
  const table = await warehouse.table(source.id);
  const around = await tablesAround(context);
  if (!table) return { tables: [], left: around.left, notes: around.notes };
  const missing = erasure.columns.filter((name) => !table.schema.fields.some((field) => field.name === name));
  if (missing.length > 0) {
    const why = `it has no column ${missing.join(', ')}: nothing was loaded since that was declared`;
    const left = { what: source.id, why, remedy: `replay the runs of ${source.id}, then erase again` };
    return { tables: [], left: [left, ...around.left], notes: around.notes };
  }
  const fields = erasure.columns.map((name): KeyField => {
    const field = table.schema.fields.find((one) => one.name === name);
    return { name, type: field?.type ?? 'STRING' };
  });
  if ((await loadKeys(context, person, fields)) === 'running') return 'running';

  const tables: ErasedTable[] = [];
  for (const id of [source.id, ...around.clones]) {
    const rows = await eraseFrom(context, id, fields);
    if (rows === 'running') return 'running';
    tables.push({ table: id, rows, outcome: erasure.dryRun ? 'found' : 'deleted' });
  }
  await warehouse.dropTable(keyTable(erasure.id));
  for (const id of around.leftovers) {
    if (!erasure.dryRun) await warehouse.dropTable(id);
    tables.push({ table: id, rows: 0, outcome: erasure.dryRun ? 'found' : 'dropped' });
  }
  return { tables, left: around.left, notes: around.notes };
}

const placeOf = (id: string, step: string): JobPlace => ({ name: `forget-${id}`, n: 0, step });

async function loadKeys(
  { ports, erasure }: ErasureContext,
  { values }: Person,
  fields: readonly KeyField[],
): Promise<'done' | 'running'> {
  const name = keyRowsName(erasure.id);
  await ports.objects.write(ports.buckets.staging, name, renderKeyRows(fields, values), {
    ifAbsent: true,
    contentType: 'application/x-ndjson',
  });
  await ports.warehouse.ensureDataset(OWN_DATASET);
  const uri = `gs://${ports.buckets.staging}/${name}`;
  return followJob(ports, placeOf(erasure.id, 'keys'), renderKeyLoad(ports.warehouse.project, erasure.id, uri, fields));
}

async function eraseFrom(
  { ports, erasure }: ErasureContext,
  table: string,
  fields: readonly KeyField[],
): Promise<number | 'running'> {
  const { project } = ports.warehouse;
  const place = placeOf(erasure.id, table);
  const render = erasure.dryRun ? renderCountTheirs : renderErase;
  if ((await followJob(ports, place, render(project, erasure.id, table, fields))) === 'running') return 'running';
  const job = await endedJob(ports, place);
  if (!job || !erasure.dryRun) return job?.rows ?? 0;
  const [counted] = await ports.warehouse.rows(job.id);
  return Number(counted?.n ?? 0);
}

interface Around {
  clones: string[];
  /** Of loads that were given up. */
  leftovers: string[];
  left: Left[];
  notes: string[];
}

/** What else was made of the table, as far as its own dataset shows. */
async function tablesAround({ ports, source, release }: ErasureContext): Promise<Around> {
  const found: Around = { clones: [], leftovers: [], left: [], notes: [] };
  const owned = new Set([...release.sources, ...release.transforms].map(({ id }) => id));
  const unowned: string[] = [];
  for (const name of await ports.warehouse.tables(source.dataset)) {
    const id = `${source.dataset}.${name}`;
    if (owned.has(id)) continue;
    const table = await ports.warehouse.table(id);
    if (table?.base !== source.id) {
      if (table && table.type !== 'VIEW') unowned.push(id);
    } else if (table.type === 'SNAPSHOT')
      found.left.push({
        what: id,
        why: `a snapshot of ${source.id} cannot be changed${table.expiresAt ? `; it expires at ${table.expiresAt}` : ''}`,
        remedy: `bq rm -t ${id}, and take another if it is needed`,
      });
    else found.clones.push(id);
  }
  for (const name of await ports.warehouse.tables(OWN_DATASET)) {
    const id = `${OWN_DATASET}.${name}`;
    if ([stagedPrefix(source), keysPrefix(source)].some((prefix) => isNumbered(id, prefix))) found.leftovers.push(id);
  }
  if (unowned.length > 0)
    found.notes.push(`no declaration owns ${unowned.join(', ')}: what they hold is not known to Sluice`);
  return found;
}

const isNumbered = (id: string, prefix: string): boolean =>
  id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length));

export async function readTableDone({
  ports,
  erasure,
}: Pick<ErasureContext, 'ports' | 'erasure'>): Promise<TableDone | undefined> {
  const text = await ports.objects.readText(ports.buckets.state, tableDoneName(erasure.id));
  return text === undefined ? undefined : (JSON.parse(text) as TableDone);
}

export async function writeTableDone({ ports, erasure }: ErasureContext, n: number, found: Found): Promise<void> {
  const done: TableDone = { v: 1, n, ...found };
  await ports.objects.write(ports.buckets.state, tableDoneName(erasure.id), JSON.stringify(done), {
    ifAbsent: true,
    contentType: 'application/json',
  });
}
