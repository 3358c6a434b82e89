import type { Column } from '../model/column.ts';
import type { Format } from '../model/source.ts';
import type { Finding, Path, ProblemCode } from './problem.ts';
import type { SourceDraft } from './source-draft.ts';

/** cloud.google.com/bigquery/docs/schemas#column_names */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_NAME = 300;
const RESERVED_PREFIXES = [
  '_TABLE_',
  '_FILE_',
  '_PARTITION',
  '_ROW_TIMESTAMP',
  '__ROOT__',
  '_COLIDENTIFIER',
  '_CHANGE_',
];

/** What Sluice adds to every row. */
const OWN_NAMES = ['_run_id', '_row_number', '_arrived_at'];

/** What DuckDB's strptime reads; it is what reads the files. */
const SPECIFIER = /%(-?[dHIjmMSUWy]|[aAbBcfgGnpuVwxXYzZ%])/;

/** Names, types and formats of columns, each by itself and against its neighbours. */
export function checkColumns(draft: SourceDraft): Finding[] {
  const columns = draft.columns.map(({ at, name, column }) => ({ path: ['columns', at] as Path, name, column }));
  return [
    ...columns.flatMap(({ path, name }) => checkName(name, [...path, 'name'])),
    ...checkUnique(columns.map(({ path, name, column }) => ({ path, name, from: column?.from ?? name }))),
    ...columns.flatMap(({ path, column }) =>
      column === undefined ? [] : checkShape(column, path, draft.settings.format, false),
    ),
  ];
}

function checkName(name: string, path: Path): Finding[] {
  const finding = (code: ProblemCode, message: string, remedy: string): Finding[] => [{ path, code, message, remedy }];
  if (OWN_NAMES.includes(name.toLowerCase())) {
    return finding(
      'RESERVED_NAME',
      `\`${name}\` is a column that Sluice adds itself`,
      'choose another name; the name in the file goes in `from`',
    );
  }
  const prefix = RESERVED_PREFIXES.find((reserved) => name.toUpperCase().startsWith(reserved));
  if (prefix !== undefined) {
    return finding(
      'RESERVED_NAME',
      `\`${name}\` begins with \`${prefix}\`, which BigQuery keeps for itself`,
      'choose another name; the name in the file goes in `from`',
    );
  }
  if (NAME.test(name) && name.length <= MAX_NAME) return [];
  return finding(
    'BAD_NAME',
    `\`${name.slice(0, 40)}\` is not a name for a column in BigQuery`,
    `use letters, digits and \`_\`, at most ${MAX_NAME}; the name in the file goes in \`from\``,
  );
}

/** BigQuery's column names differ by more than case, and so do the names of a file: DuckDB reads both alike. */
function checkUnique(columns: readonly { path: Path; name: string; from: string }[]): Finding[] {
  const findings: Finding[] = [];
  for (const key of ['name', 'from'] as const) {
    const first = new Map<string, { path: Path; name: string }>();
    for (const column of columns) {
      const same = column[key].toLowerCase();
      const earlier = first.get(same);
      if (earlier === undefined) first.set(same, column);
      // A repeated name that is also the name in the file is said once.
      else if (key === 'name' || column.name.toLowerCase() !== earlier.name.toLowerCase()) {
        const what = key === 'name' ? 'is a column already' : 'is read from the file twice';
        findings.push({
          path: [...column.path, key],
          code: 'DUPLICATE_NAME',
          message: `\`${column[key]}\` ${what} (case does not count)`,
          remedy: 'rename or remove one of the two',
        });
      }
    }
  }
  return findings;
}

function checkShape(column: Column, path: Path, format: Format | undefined, nested: boolean): Finding[] {
  const findings: Finding[] = [];
  const say = (key: string, code: ProblemCode, message: string, remedy: string) =>
    findings.push({ path: [...path, key], code, message, remedy });
  const record = column.type === 'RECORD';

  if (record && column.fields === undefined && column.privacy.kind !== 'drop') {
    say('fields', 'MISSING_KEY', 'is missing: a RECORD is made of fields', 'add `fields: [...]`, a list of columns');
  }
  if (!record && column.fields !== undefined) {
    say('fields', 'WRONG_COLUMN_TYPE', `a ${column.type} has no fields`, 'remove them, or write `type: RECORD`');
  }
  if (format?.type === 'csv' && !nested && (record || column.mode === 'repeated')) {
    const what = record ? 'a RECORD' : 'a repeated column';
    say(
      record ? 'type' : 'mode',
      'WRONG_COLUMN_TYPE',
      `csv cannot hold ${what}`,
      'load it as `STRING` and take it apart in a transform',
    );
  }
  if (column.format !== undefined) {
    if (!['DATE', 'DATETIME', 'TIMESTAMP'].includes(column.type)) {
      say(
        'format',
        'WRONG_COLUMN_TYPE',
        `a format is for DATE, DATETIME and TIMESTAMP, and this is ${column.type}`,
        'remove it',
      );
    } else if (!isStrptime(column.format)) {
      say(
        'format',
        'WRONG_VALUE',
        `\`${column.format}\` is not a strptime pattern`,
        'write one as in `%d.%m.%Y %H:%M:%S`',
      );
    }
  }
  if (column.normalize.length > 0 && record)
    say('normalize', 'WRONG_COLUMN_TYPE', 'a RECORD is no text that could be normalized', 'write it at its fields');
  const fields = column.fields ?? [];
  fields.forEach((field, at) => {
    const place = [...path, 'fields', at];
    findings.push(...checkName(field.name, [...place, 'name']), ...checkShape(field, place, format, true));
  });
  if (record) findings.push(...checkRecordPrivacy(column, path));
  findings.push(
    ...checkUnique(fields.map((field, at) => ({ path: [...path, 'fields', at], name: field.name, from: field.from }))),
  );
  return findings;
}

/** A RECORD is dropped, or says nothing of how its fields are protected: each says that itself. */
function checkRecordPrivacy({ privacy, fields = [] }: Column, path: Path): Finding[] {
  const finding = (code: ProblemCode, message: string, remedy: string): Finding[] => [
    { path: [...path, 'privacy'], code, message, remedy },
  ];
  if (privacy.kind === 'drop') return [];
  if (privacy.kind === 'transform')
    return finding(
      'WRONG_COLUMN_TYPE',
      `\`${privacy.transform.kind}\` is for values, and a RECORD has fields`,
      'remove it, and write at each field how that is protected',
    );
  if (privacy.allow.length > 0)
    return finding('WRONG_VALUE', 'findings are expected at fields', 'write `allow` at the fields that hold them');
  if (fields.length > 0 && fields.every((field) => field.privacy.kind === 'drop'))
    return finding('WRONG_VALUE', 'none of the fields is kept', 'write `privacy: drop` for the RECORD');
  return [];
}

function isStrptime(format: string): boolean {
  const rest = format.replaceAll(new RegExp(SPECIFIER, 'g'), '');
  return rest !== format && !rest.includes('%');
}
