import { z } from 'zod';
import type { Column } from '../../model/column.ts';
import { fault } from '../findings.ts';
import { ColumnTypeSchema } from './column-type.ts';
import { PrivacySchema } from './privacy.ts';

/** One column of a source, as written. */
export const ColumnSchema = z
  .strictObject({
    name: z.string().min(1).describe('the name in the warehouse'),
    from: z
      .string()
      .min(1)
      .describe('the name in the file: the header cell, the key or the Parquet column; the same as `name` unless said')
      .optional(),
    type: ColumnTypeSchema,
    mode: z
      .enum(['nullable', 'required', 'repeated'])
      .describe('`nullable` unless said; a row without a required value is rejected')
      .default('nullable'),
    format: z
      .string()
      .min(1)
      .describe('the strptime pattern of dates and times, as in `%d.%m.%Y`; ISO 8601 unless said')
      .optional(),
    description: z.string().describe('text for whoever reads the table').optional(),
    normalize: z
      .array(z.enum(['trim', 'lower', 'upper', 'digits', 'collapse_spaces']))
      .describe('what is done to text first, so that equal values get equal tokens, as in `[trim, lower]`')
      .default([]),
    privacy: PrivacySchema.optional(),
    get fields(): z.ZodOptional<z.ZodArray<z.ZodType<DeclaredColumn>>> {
      return z
        .array(ColumnSchema as unknown as z.ZodType<DeclaredColumn>)
        .min(1)
        .describe('the columns inside a RECORD')
        .optional();
    },
  })
  .refine(({ privacy, fields }) => privacy !== undefined || fields !== undefined, {
    ...fault('MISSING_KEY', 'is missing', `add it: ${PrivacySchema.description}`, ['privacy']),
    // Beside whatever else is wrong.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .meta({
    id: 'column',
    // A RECORD leaves it to its fields.
    anyOf: [
      { type: 'object', properties: { privacy: { type: ['string', 'object'] } }, required: ['privacy'] },
      { type: 'object', properties: { fields: { type: 'array' } }, required: ['fields'] },
    ],
    description: 'a column, as in `{ name: country, type: STRING, privacy: public }`',
  });

/** A column as written, each value parsed. */
export interface DeclaredColumn {
  name: string;
  from?: string | undefined;
  type: Pick<Column, 'type' | 'precision' | 'scale'>;
  mode: Column['mode'];
  format?: string | undefined;
  description?: string | undefined;
  normalize: Column['normalize'];
  privacy?: Column['privacy'] | undefined;
  fields?: readonly DeclaredColumn[] | undefined;
}

/** Fills in what follows from the rest. */
export function compileColumn(declared: DeclaredColumn): Column {
  const { name, type, mode, format, description, normalize, privacy, fields } = declared;
  return {
    name,
    from: declared.from ?? name,
    ...type,
    mode,
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
    normalize,
    privacy: privacy ?? { kind: 'public', allow: [] },
    ...(fields === undefined ? {} : { fields: fields.map(compileColumn) }),
  };
}
