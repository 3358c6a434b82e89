import { stringify } from 'yaml';
import type { Proposal } from './propose.ts';
import type { ReadFile } from './read-file.ts';

export interface ProposedSource {
  files: string;
  format: ReadFile['format'];
  columns: readonly Proposal[];
  about: string;
}

/** A source's YAML as a person would write it: a line a column, what was found above it. */
export function renderSource({ files, format, columns, about }: ProposedSource): string {
  return [
    `# ${about}`,
    '# owner is whom to ask; append adds each file’s rows (others: replace, replace_partition, merge).',
    line({ owner: 'somebody@example.com' }),
    line({ files }),
    `format: ${flow(formatOf(format))}`,
    'load: { mode: append }',
    'columns:',
    ...columns.flatMap((column) => renderColumn(column, '  ')),
  ].join('\n');
}

/** A column as a line; a record's own keys, and a line a field. */
function renderColumn({ declared, reason, fields }: Proposal, indent: string): string[] {
  const said = reason === undefined ? [] : [`${indent}# ${reason}`];
  if (!fields) return [...said, `${indent}- ${flow(declared)}`];
  const [first = '', ...keys] = Object.entries(declared).map(([key, value]) => line({ [key]: value }));
  return [
    ...said,
    `${indent}- ${first}`,
    ...keys.map((key) => `${indent}  ${key}`),
    `${indent}  fields:`,
    ...fields.flatMap((field) => renderColumn(field, `${indent}    `)),
  ];
}

/** Defaults go without saying. */
function formatOf(format: ReadFile['format']): object {
  if (format.type !== 'csv') return format;
  const { type, header, delimiter, quote } = format;
  return { type, header, ...(delimiter !== ',' && { delimiter }), ...(quote !== '"' && { quote }) };
}

const flow = (value: object): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
const line = (value: object): string => stringify(value, { lineWidth: 0 }).trimEnd();
