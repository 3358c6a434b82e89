import { z } from 'zod';
import type { Transformation } from '../../model/column.ts';
import { fault } from '../findings.ts';
import { TweakSchema } from './fpe.ts';

/** cloud.google.com/sensitive-data-protection/docs/reference/rest/v2/projects.locations.deidentifyTemplates */
const nameOf = (collection: string): z.ZodString =>
  z
    .string()
    .regex(new RegExp(`^(projects|organizations)/[^/]+/(locations/[^/]+/)?${collection}/[A-Za-z0-9_-]{1,100}$`))
    .describe(`the full name of a template, as in \`projects/acme/locations/eu/${collection}/notes\``);

const DeidentifyTemplate = nameOf('deidentifyTemplates');

type Template = Extract<Transformation, { kind: 'template' }>;

/** A name, or `{ deidentify, inspect, for, context, as_of }` → the model's stored template */
export const TemplateSchema = z
  .union([
    DeidentifyTemplate.transform((deidentify): Template => ({ kind: 'template', deidentify, madeFor: 'info_types' })),
    z
      .strictObject({
        deidentify: DeidentifyTemplate,
        inspect: nameOf('inspectTemplates').optional(),
        for: z
          .enum(['info_types', 'records'])
          .describe('what the template was made for: `info_types`, findings in text, or `records`, fields of a table')
          .default('info_types'),
        context: TweakSchema.describe(
          'the column that the template names as its context, sent beside this one under its own name',
        ).optional(),
        as_of: z.iso
          .datetime({ offset: true })
          .describe('a time, as in `"2026-01-31T00:00:00Z"`: a template that was changed since stops the file')
          .optional(),
      })
      .transform((written, refinement): Template => {
        const { deidentify, inspect, for: madeFor, context, as_of: asOf } = written;
        if (context !== undefined && madeFor === 'info_types') {
          const message = 'a context is a field of a record, and the template is made for infoTypes';
          refinement.addIssue(fault('WRONG_VALUE', message, 'write `for: records`, or remove it', ['context']));
        }
        return {
          kind: 'template',
          deidentify,
          madeFor,
          ...(inspect === undefined ? {} : { inspect }),
          ...(context === undefined ? {} : { context }),
          ...(asOf === undefined ? {} : { asOf }),
        };
      }),
  ])
  .describe('a stored template of DLP: its full name, or `{ deidentify: …, inspect: …, for: info_types }`');
