import { type JobError, JobFailure } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';
import { type Field, parseFields, typeOfField } from '../schema.ts';
import { quoteName, quoteText } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { tooManyErrors } from './checks.ts';
import type { SourceFile } from './source.ts';
import { shapeOf, stage, type Target } from './stage.ts';
import { MAX_ERRORS, type Staged } from './staged.ts';
import { fromText } from './text-values.ts';

/** Source: cloud.google.com/bigquery/docs/hive-partitioned-loads-gcs#limitations */
const MAX_KEYS = 10;

/** Columns that the files' folders hold: `…/dt=2026-01-01/lang=en/…`. */
interface Hive {
  keys: Field[];
  groups: { files: SourceFile[]; values: string[] }[];
}

const invalid = (message: string) => new JobFailure('invalid', message);

/** Undefined where the load does not ask for it. Throws JobFailure where the folders do not follow the layout. */
export function readHive(load: LoadConfiguration, files: readonly SourceFile[]): Hive | undefined {
  const options = load.hivePartitioningOptions;
  if (!options) return undefined;
  const mode = (options.mode ?? '').toUpperCase();
  if (mode !== 'AUTO' && mode !== 'STRINGS' && mode !== 'CUSTOM')
    throw invalid(`Invalid hivePartitioningOptions.mode: ${options.mode || '(none)'}: it is AUTO, STRINGS or CUSTOM`);
  if (options.requirePartitionFilter)
    throw invalid('not supported by the embedded warehouse: requirePartitionFilter of hivePartitioningOptions');
  const { prefix, declared } = readPrefix(options.sourceUriPrefix ?? '', mode === 'CUSTOM');
  const paths = files.map((file) => ({ file, pairs: pairsOf(file.uri, prefix) }));
  const names = declared?.map(({ name }) => name) ?? paths[0]?.pairs.map(([key]) => key) ?? [];
  if (names.length === 0 || names.length > MAX_KEYS)
    throw invalid(`Hive partitioning wants 1 to ${MAX_KEYS} partition keys behind ${prefix}, not ${names.length}`);
  const groups = new Map<string, Hive['groups'][number]>();
  for (const { file, pairs } of paths) {
    if (pairs.map(([key]) => key).join('/') !== names.join('/'))
      throw invalid(
        `Partition keys should be invariant from table creation: ${file.uri} has not the keys ${names.join(', ')} in this order`,
      );
    const values = pairs.map(([, value]) => value);
    const key = JSON.stringify(values);
    const group = groups.get(key) ?? { files: [], values };
    group.files.push(file);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const typed = names.map((name, i) => ({
    name,
    type: declared?.[i]?.type ?? (mode === 'STRINGS' ? 'STRING' : detectType(all.map(({ values }) => values[i] ?? ''))),
  }));
  return { keys: parseFields(typed), groups: all };
}

/** `gs://bucket/path`, in mode CUSTOM followed by `/{dt:DATE}/{lang:STRING}`. */
function readPrefix(
  uri: string,
  isCustom: boolean,
): { prefix: string; declared: { name: string; type: string }[] | undefined } {
  const [, bare = '', tail = ''] = /^(gs:\/\/[^{}]+?)\/*((?:\/\{[^{}/:]+:[^{}/:]+\})*)\/*$/.exec(uri) ?? [];
  if (bare === '' || isCustom !== (tail !== ''))
    throw invalid(
      `Invalid hivePartitioningOptions.sourceUriPrefix: ${uri || '(none)'}: it must be gs://bucket/path${isCustom ? '/{key1:TYPE1}/…' : ''}`,
    );
  const declared = [...tail.matchAll(/\{([^{}/:]+):([^{}/:]+)\}/g)].map(([, name = '', type = '']) => ({ name, type }));
  return { prefix: bare, declared: isCustom ? declared : undefined };
}

function pairsOf(uri: string, prefix: string): [key: string, value: string][] {
  if (!uri.startsWith(`${prefix}/`))
    throw invalid(`The source URI ${uri} does not begin with sourceUriPrefix ${prefix}`);
  const folders = uri
    .slice(prefix.length + 1)
    .split('/')
    .slice(0, -1);
  return folders.map((folder) => {
    const at = folder.indexOf('=');
    if (at < 1) throw invalid(`The folder ${folder} of ${uri} is no partition key and value: key=value`);
    const value = folder.slice(at + 1);
    // Hive writes these for NULL and for characters that a path cannot hold; how BigQuery reads them is not documented.
    if (value === '__HIVE_DEFAULT_PARTITION__' || value.includes('%'))
      throw invalid(`not supported by the embedded warehouse: the partition value ${value} of ${uri}`);
    return [folder.slice(0, at), value];
  });
}

/** Mode AUTO: the type that all of a key's values are of. */
function detectType(values: readonly string[]): string {
  const all = (pattern: RegExp) => values.every((value) => pattern.test(value));
  if (all(/^[+-]?\d{1,18}$/)) return 'INTEGER';
  if (all(/^\d{4}-\d\d-\d\d$/)) return 'DATE';
  if (all(/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?( ?UTC|Z|[+-]\d\d(:?\d\d)?)?$/)) return 'TIMESTAMP';
  return 'STRING';
}

/** Reads the files folder by folder: their columns, then the keys'. */
export async function stageHive(
  tx: Tx,
  { keys, groups }: Hive,
  load: LoadConfiguration,
  target: Target,
  folder: string,
): Promise<Staged> {
  const isKey = (field: Pick<Field, 'name'>) =>
    keys.some(({ name }) => name.toLowerCase() === field.name.toLowerCase());
  const files = groups.flatMap((group) => group.files);
  const table = target.table?.filter((field) => !isKey(field));
  const shape = await shapeOf(tx, files, load, { ...target, table }, folder);
  const parts: Staged[] = [];
  for (const group of groups) {
    const own = await stage(tx, group.files, shape);
    const both = own.schema.find(isKey);
    if (both) throw invalid(`The partition key ${both.name} is a column of the files too: they cannot overlap`);
    if (JSON.stringify(own.schema) !== JSON.stringify(parts[0]?.schema ?? own.schema))
      throw invalid('Error while reading data, error message: the files differ in their schemas');
    parts.push(own);
  }
  const badRecords = parts.reduce((sum, part) => sum + part.badRecords, 0);
  const errors: JobError[] = parts.flatMap((part) => part.errors).slice(0, MAX_ERRORS);
  const allowed = Number(load.maxBadRecords ?? 0);
  if (badRecords > allowed) {
    const good = parts.map(({ source }) => `SELECT 1 FROM ${source} AS s`).join(' UNION ALL ');
    const [count] = await tx.rows(`SELECT count(*) AS n FROM (${good})`);
    const format = shape.format === 'CSV' ? 'CSV' : 'JSON';
    throw tooManyErrors(format, errors, { rows: Number(count?.n ?? 0) + badRecords, bad: badRecords });
  }
  const rows = parts.map(({ source }, i) => {
    const values = keys.map((key, k) => {
      const text = quoteText(groups[i]?.values[k] ?? '');
      return `${fromText(text, typeOfField(key))} AS ${quoteName(key.name)}`;
    });
    return `SELECT s.*, ${values.join(', ')} FROM ${source} AS s`;
  });
  return {
    source: `(${rows.join(' UNION ALL ')})`,
    temporary: parts.flatMap((part) => part.temporary),
    schema: [...(parts[0]?.schema ?? []), ...keys],
    badRecords,
    errors,
  };
}
