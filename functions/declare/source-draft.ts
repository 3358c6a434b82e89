import type { z } from 'zod';
import type { Column } from '../model/column.ts';
import { findingsOf, show } from './findings.ts';
import { didYouMean } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import { ColumnSchema, compileColumn, type DeclaredColumn } from './schema/column.ts';
import { type DeclaredSource, SourceSchema } from './schema/source.ts';

/**
 * A source as far as it could be read. The parts that are right are checked against each other although others are
 * wrong, so that a person sees all that is wrong at once.
 */
export interface SourceDraft {
  settings: Partial<Omit<DeclaredSource, 'columns'>>;
  columns: readonly DraftColumn[];
}

export interface DraftColumn {
  /** Place in the list, for the key of a problem. */
  at: number;
  /** Known also of a column that has problems of its own, so that none is called unknown for them. */
  name: string;
  column?: Column;
}

export function readSource(value: unknown): { draft?: SourceDraft; findings: Finding[] } {
  const result = SourceSchema.safeParse(value);
  const findings = result.success ? [] : findingsOf(SourceSchema, value, [], result.error.issues);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { findings };

  const settings: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries<z.ZodType>(SourceSchema.shape)) {
    if (key === 'columns') continue;
    const part = schema.safeParse(Reflect.get(value, key));
    if (part.success && part.data !== undefined) settings[key] = part.data;
  }
  const columns: unknown = Reflect.get(value, 'columns');
  return {
    draft: { settings, columns: Array.isArray(columns) ? columns.flatMap(readColumn) : [] },
    findings,
  };
}

function readColumn(value: unknown, at: number): DraftColumn[] {
  const part = ColumnSchema.safeParse(value);
  if (part.success) return [{ at, name: part.data.name, column: compileColumn(part.data as DeclaredColumn) }];
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  return typeof name === 'string' ? [{ at, name }] : [];
}

/** What a name in `load`, `partition`, `by` and the like stands for. */
export type Reference =
  | { found: Column }
  /** The column is there and has problems of its own: nothing more can be said of it. */
  | { broken: true }
  | { finding: Finding };

export function refer(draft: SourceDraft, name: string, path: Path): Reference {
  const entry = draft.columns.find((column) => column.name === name);
  if (entry?.column !== undefined) return { found: entry.column };
  if (entry !== undefined) return { broken: true };
  const names = draft.columns.map((column) => column.name);
  return {
    finding: {
      path,
      code: 'UNKNOWN_COLUMN',
      message: `${show(name)} is not a column of this source`,
      remedy: didYouMean(
        name,
        names,
        names.length === 0
          ? 'declare it under `columns`'
          : `the columns are ${names.map((one) => `\`${one}\``).join(', ')}`,
      ),
    },
  };
}
