import { paint, width } from '../../output.ts';
import { formatCounted } from '../../quantities.ts';
import { type Json, renderValue } from '../../query/decode-row.ts';
import { renderColumns } from '../../table.ts';
import { excerpt } from '../../text.ts';
import type { TableFact } from '../facts.ts';
import { indent, renderSection } from './section.ts';

const GAP = 2;
/** A token says nothing by its end; a text says more. */
const TOKEN_CHARS = 24;
const TEXT_CHARS = 46;

export function renderTables(tables: readonly TableFact[]): string {
  const blocks = tables.map((table) => {
    const dropped = table.dropped.length > 0 ? `; never loaded: ${table.dropped.join(', ')}` : '';
    const title = `${paint('bold', table.id)}  ${formatCounted(table.rows, 'row')}${paint('dim', dropped)}`;
    return table.sample.length === 0 ? title : `${title}\n${indent(renderSample(table))}`;
  });
  const [shown, others] = [
    blocks.filter((_, at) => tables[at]?.sample.length),
    blocks.filter((_, at) => !tables[at]?.sample.length),
  ];
  const parts = [...shown, ...(others.length > 0 ? [others.join('\n')] : [])];
  return renderSection('Tables, as anyone may read them', [indent(parts.join('\n\n'))]);
}

/** Column names, how each is protected, and the rows, in as many columns as fit: the protected ones before the rest. */
function renderSample({ columns, sample }: TableFact): string {
  const cells = columns.map(({ name, protection }) => {
    const most = protection === 'redact_findings' ? TEXT_CHARS : TOKEN_CHARS;
    const values = sample.map((row) => excerpt(oneLine(row[name] ?? null), MARK, most));
    return {
      name,
      protection,
      values,
      width: Math.max(name.length, protection.length, ...values.map((text) => text.length)),
    };
  });
  const isOpen = ({ protection }: { protection: string }): boolean => protection === 'public';
  const [first, ...rest] = cells;
  const wanted = [...(first ? [first] : []), ...rest.filter((cell) => !isOpen(cell)), ...rest.filter(isOpen)];
  let room = width() - 4;
  const fitting = new Set<string>();
  for (const cell of wanted) {
    room -= cell.width + GAP;
    if (room < -GAP) break;
    fitting.add(cell.name);
  }
  const shown = cells.filter(({ name }) => fitting.has(name));
  return renderColumns(
    shown.map(({ name }) => ({ head: name })),
    [
      shown.map((cell) => paint(isOpen(cell) ? 'dim' : 'cyan', cell.protection)),
      ...sample.map((_, at) => shown.map(({ values }) => values[at] ?? '')),
    ],
  );
}

/** What redaction leaves in a text. */
const MARK = /\[[A-Z_]+\]/;

const oneLine = (value: Json): string => renderValue(value).replace(/\s+/g, ' ');
