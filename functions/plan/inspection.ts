import type { Column } from '../model/column.ts';
import type { Finding } from '../model/dlp.ts';
import { leafColumns } from '../model/leaf.ts';
import type { Reason } from '../model/run.ts';

/**
 * `public` is a claim, and so is a `when` for the rows that it leaves as they are: each shard shows some of these values to
 * DLP, and what is found there and is not expected (`allow`) keeps the whole object out.
 */

/** Records a shard shows. A column of which one value in a hundred is personal goes unnoticed once in 150 shards. */
export const SAMPLE_RECORDS = 500;

/** A date, a truth value or a measurement reveals nobody by its form, and bytes are no text. */
const MUTE: readonly Column['type'][] = ['BOOL', 'DATE', 'DATETIME', 'TIME', 'TIMESTAMP', 'FLOAT64', 'BYTES'];

export const isMute = (type: string): boolean => (MUTE as readonly string[]).includes(type);

export const inspectedColumns = (columns: readonly Column[]): Column[] =>
  leafColumns(columns).filter(
    ({ privacy, type }) =>
      (privacy.kind === 'public' || (privacy.kind === 'transform' && privacy.when !== undefined)) && !isMute(type),
  );

/** Values of one row that have not been shown before; null = nothing to show here. */
export interface ShownRow {
  row: number;
  values: (string | null)[];
}

/** DLP takes 0.5 MB and 50,000 cells a request. */
const MAX_BYTES = 450_000;
const MAX_CELLS = 45_000;
/** Longer texts are shown by their beginning; in a wide row by less, so that one row always fits into a request: a character has at most 4 bytes. */
const MAX_TEXT = 8_192;
const mostOf = (columns: number): number => Math.min(MAX_TEXT, Math.floor(MAX_BYTES / (4 * columns)) - CELL_BYTES);
/** What an empty cell weighs in a request. */
const CELL_BYTES = 4;

/** The sample as requests' rows: a value that stands several times in its column is shown once. */
export function planInspection(sample: readonly { row: number; values: readonly (string | null)[] }[]): ShownRow[][] {
  const seen = new Map<number, Set<string>>();
  const isNew = (column: number, value: string): boolean => {
    const known = seen.get(column) ?? new Set();
    seen.set(column, known);
    return !known.has(value) && known.add(value) !== undefined;
  };
  const requests: ShownRow[][] = [];
  let rows: ShownRow[] = [];
  let bytes = 0;
  for (const { row, values } of sample) {
    const shown = values.map((value, column) =>
      value && isNew(column, value) ? value.slice(0, mostOf(values.length)) : null,
    );
    if (shown.every((value) => value === null)) continue;
    const size = shown.reduce((sum, value) => sum + CELL_BYTES + Buffer.byteLength(value ?? ''), 0);
    if (rows.length > 0 && (bytes + size > MAX_BYTES || (rows.length + 1) * values.length > MAX_CELLS)) {
      requests.push(rows);
      rows = [];
      bytes = 0;
    }
    rows.push({ row, values: shown });
    bytes += size;
  }
  return rows.length > 0 ? [...requests, rows] : requests;
}

/** Rows that a reason names. */
const SHOWN_ROWS = 10;

/** What contradicts the claim, a reason a column and infoType; rows count from 1, and no value is named. */
export function judgeFindings(columns: readonly Column[], findings: readonly Finding[]): Reason[] {
  const unexpected = findings.filter(({ column, infoType }) => {
    const privacy = columns.find(({ name }) => name === column)?.privacy;
    return privacy !== undefined && privacy.kind !== 'drop' && !privacy.allow?.includes(infoType);
  });
  const groups = Map.groupBy(unexpected, ({ column, infoType }) => `${column} ${infoType}`);
  return [...groups.values()].flatMap((group): Reason[] => {
    const [first] = group;
    if (!first) return [];
    const { column, infoType } = first;
    const rows = [...new Set(group.map(({ row }) => row))].sort((a, b) => a - b);
    const claim = claimOf(columns, column, infoType);
    const named = rows.slice(0, SHOWN_ROWS).join(', ');
    const more = rows.length > SHOWN_ROWS ? ` and ${rows.length - SHOWN_ROWS} more` : '';
    return [
      {
        code: 'PRIVACY_VIOLATION',
        column,
        ...(rows[0] !== undefined && { row: rows[0] }),
        message: `${claim.what} ${infoType} (${rows.length} ${rows.length === 1 ? 'row' : 'rows'}: ${named}${more}): ${claim.remedy}; then replay`,
      },
    ];
  });
}

/** What the declaration says of the values that were shown, and how to mend it. */
function claimOf(columns: readonly Column[], name: string, infoType: string): { what: string; remedy: string } {
  const isPublic = columns.find((column) => column.name === name)?.privacy.kind === 'public';
  return isPublic
    ? {
        what: `column ${name} is declared public, and a sample of it holds`,
        remedy: `protect the column, or expect it there with privacy: { public: { allow: [${infoType}] } }`,
      }
    : {
        what: `column ${name} stays as it is where its \`when\` does not hold, and a sample of those rows holds`,
        remedy: `widen the condition, or expect it there with allow: [${infoType}] beside \`when\``,
      };
}
