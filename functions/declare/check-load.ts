import type { Column, ColumnType, Transformation } from '../model/column.ts';
import { contextColumn, verbatimPrimitive } from '../model/transformation.ts';
import { warehouseType } from '../model/warehouse-type.ts';
import type { Finding, Path, ProblemCode } from './problem.ts';
import { refer, type SourceDraft } from './source-draft.ts';

/** cloud.google.com/bigquery/docs/clustered-tables#cluster_column_types */
const CLUSTERABLE: readonly ColumnType[] = [
  'STRING',
  'INT64',
  'NUMERIC',
  'BIGNUMERIC',
  'BOOL',
  'DATE',
  'DATETIME',
  'TIMESTAMP',
];
const DATES: readonly ColumnType[] = ['DATE', 'DATETIME', 'TIMESTAMP'];

type Verdict = [code: ProblemCode, message: string, remedy: string] | undefined;

/** Whether the columns that a load, a partition and a cluster name are there and can do it. */
export function checkLoad(draft: SourceDraft): Finding[] {
  const { load, partition, cluster = [] } = draft.settings;
  const check = (name: string, path: Path, judge: (column: Column) => Verdict): Finding[] => {
    const reference = refer(draft, name, path);
    if ('finding' in reference) return [reference.finding];
    const verdict = 'found' in reference ? judge(reference.found) : undefined;
    return verdict === undefined ? [] : [{ path, code: verdict[0], message: verdict[1], remedy: verdict[2] }];
  };

  const findings: Finding[] = [];
  if (load?.mode === 'merge') {
    const { key, orderBy } = load;
    findings.push(...repeats(key, ['load', 'key']), ...repeats(orderBy, ['load', 'order_by']));
    findings.push(
      ...key.flatMap((name, at) => check(name, ['load', 'key', at], (column) => judgeKey(column, key))),
      ...orderBy.flatMap((name, at) => check(name, ['load', 'order_by', at], (column) => judgeOrder(column, key))),
    );
  }
  if (load?.mode === 'replace_partition' && partition === undefined) {
    findings.push({
      path: ['partition'],
      code: 'MISSING_KEY',
      message: 'is missing: replace_partition replaces the partitions that a file has rows of',
      remedy: 'add `partition: { by: ..., grain: day }`',
    });
  }
  if (partition !== undefined) {
    const replaced = load?.mode === 'replace_partition';
    findings.push(
      ...check(partition.by, ['partition', 'by'], (column) => judgePartition(column, partition.grain, replaced)),
    );
  }
  findings.push(
    ...repeats(cluster, ['cluster']),
    ...cluster.flatMap((name, at) => check(name, ['cluster', at], judgeCluster)),
  );
  return findings;
}

function repeats(names: readonly string[], path: Path): Finding[] {
  return names.flatMap((name, at) =>
    names.indexOf(name) === at
      ? []
      : [
          {
            path: [...path, at],
            code: 'DUPLICATE_NAME' as const,
            message: `\`${name}\` stands twice`,
            remedy: 'remove one of the two',
          },
        ],
  );
}

const NOT_KEPT: Record<string, string> = {
  redact: 'every value becomes the same',
  replace: 'every value becomes the same',
  redact_findings: 'different values may become the same',
  mask: 'different values may become the same',
  bucket: 'different values become the same',
  template: 'nobody knows here what values become',
  dictionary: 'equal values get different words from one file to the next',
  time_part: 'different values become the same',
};

/** What of DLP's keeps different values different and equal ones equal. */
const KEEPING: readonly string[] = ['cryptoDeterministicConfig', 'cryptoReplaceFfxFpeConfig', 'cryptoHashConfig'];

function lossUnder(transform: Transformation): string | undefined {
  if (transform.kind !== 'dlp') return NOT_KEPT[transform.kind];
  return KEEPING.includes(verbatimPrimitive(transform) ?? '') ? undefined : 'different values may become the same';
}

/** Rows of one key become one row: a protection under which two keys look alike would lose one of them. */
function judgeKey(column: Column, key: readonly string[]): Verdict {
  const { name, privacy } = column;
  if (privacy.kind === 'drop')
    return ['COLUMN_NOT_KEPT', `the key \`${name}\` is dropped`, 'tokenize it, which keeps equal values equal'];
  const lost = privacy.kind === 'transform' ? lossUnder(privacy.transform) : undefined;
  if (privacy.kind === 'transform' && lost !== undefined) {
    return [
      'COLUMN_NOT_KEPT',
      `under \`${privacy.transform.kind}\`, ${lost}, and rows of different keys would merge`,
      'tokenize or hash it, which keeps equal values equal',
    ];
  }
  const tweak = privacy.kind === 'transform' ? contextColumn(privacy.transform) : undefined;
  if (tweak !== undefined && !key.includes(tweak)) {
    return [
      'COLUMN_NOT_KEPT',
      `the same \`${name}\` becomes another where \`${tweak}\` differs, and its row would be there twice`,
      `add \`${tweak}\` to the key, or tokenize without a tweak`,
    ];
  }
  return notScalar(column, 'a key');
}

function judgeOrder(column: Column, key: readonly string[]): Verdict {
  const { name, privacy } = column;
  const remedy = 'order by a public column, as in `updated_at`';
  if (privacy.kind === 'drop')
    return ['COLUMN_NOT_KEPT', `\`${name}\` is dropped, so the warehouse cannot order by it`, remedy];
  if (privacy.kind === 'transform') {
    const { transform } = privacy;
    if (transform.kind !== 'date_shift')
      return ['COLUMN_NOT_KEPT', `the order of \`${name}\` does not survive \`${transform.kind}\``, remedy];
    if (!key.includes(transform.by) || privacy.when !== undefined) {
      return [
        'COLUMN_NOT_KEPT',
        `two rows of one key may have \`${name}\` shifted differently`,
        `${remedy}, or shift it by a column of the key`,
      ];
    }
  }
  return notScalar(column, 'an order');
}

function notScalar(column: Column, purpose: string): Verdict {
  if (column.mode !== 'repeated' && !['RECORD', 'JSON', 'BYTES'].includes(column.type)) return undefined;
  const what = column.mode === 'repeated' ? 'repeated' : column.type;
  return [
    'WRONG_COLUMN_TYPE',
    `\`${column.name}\` is ${what} and cannot be ${purpose}`,
    'name a column that holds one plain value',
  ];
}

function judgePartition(column: Column, grain: string, replaced: boolean): Verdict {
  const { name, privacy } = column;
  const type = warehouseType(column);
  const remedy = 'partition by a DATE, DATETIME or TIMESTAMP column that keeps its type';
  if (privacy.kind === 'drop') return ['COLUMN_NOT_KEPT', `\`${name}\` is dropped`, remedy];
  if (!DATES.includes(type) || column.mode === 'repeated') {
    const changed =
      type === column.type ? '' : ` after \`${privacy.kind === 'transform' ? privacy.transform.kind : ''}\``;
    return ['WRONG_COLUMN_TYPE', `\`${name}\` is ${column.mode === 'repeated' ? 'repeated' : type}${changed}`, remedy];
  }
  if (grain === 'hour' && type === 'DATE')
    return ['WRONG_COLUMN_TYPE', `\`${name}\` is DATE, which has no hours`, 'write `grain: day`, `month` or `year`'];
  if (replaced && privacy.kind === 'transform') {
    return [
      'UNSAFE_COMBINATION',
      `the rows of one file have \`${name}\` shifted into partitions that other files own, and would replace theirs`,
      'use `mode: append` or `merge`, or partition by a public column',
    ];
  }
  return undefined;
}

function judgeCluster(column: Column): Verdict {
  const { name, privacy } = column;
  const remedy = `cluster by a column of one of the types ${CLUSTERABLE.join(', ')}`;
  if (privacy.kind === 'drop') return ['COLUMN_NOT_KEPT', `\`${name}\` is dropped`, remedy];
  const type = warehouseType(column);
  if (CLUSTERABLE.includes(type) && column.mode !== 'repeated') return undefined;
  return [
    'WRONG_COLUMN_TYPE',
    `BigQuery does not cluster by \`${name}\`, which is ${column.mode === 'repeated' ? 'repeated' : type}`,
    remedy,
  ];
}
