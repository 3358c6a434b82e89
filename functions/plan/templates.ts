import type { Column, Transformation } from '../model/column.ts';
import type { DeidentifyTemplate, StoredTemplate } from '../model/dlp.ts';
import type { Reason } from '../model/run.ts';

/**
 * A stored template is no part of a release: it may be missing, changed, or made for something else, and DLP lets through
 * untouched whatever a template does not name. So it is looked at before it is used.
 */

type Template = Extract<Transformation, { kind: 'template' }>;

export const templateOf = ({ privacy }: Column): Template | undefined =>
  privacy.kind === 'transform' && privacy.transform.kind === 'template' ? privacy.transform : undefined;

/** Names of all templates that the columns use, each once. */
export function templateNames(columns: readonly Column[]): string[] {
  const names = columns.flatMap((column) => {
    const { deidentify, inspect } = templateOf(column) ?? {};
    return [deidentify, inspect].filter((name) => name !== undefined);
  });
  return [...new Set(names)].sort();
}

/** Why columns must not be sent through their templates; empty = they may. A template that is not there is absent from `found`. */
export function judgeTemplates(columns: readonly Column[], found: ReadonlyMap<string, StoredTemplate>): Reason[] {
  return columns.flatMap((column): Reason[] => {
    const template = templateOf(column);
    const problem = template && problemOf(column, template, found);
    return problem === undefined
      ? []
      : [{ code: 'TEMPLATE_UNFIT', column: column.name, message: `column ${column.name}: ${problem}` }];
  });
}

function problemOf(column: Column, template: Template, found: ReadonlyMap<string, StoredTemplate>): string | undefined {
  const { asOf } = template;
  for (const name of [template.deidentify, template.inspect]) {
    if (name === undefined) continue;
    const stored = found.get(name);
    if (!stored)
      return `there is no template ${name}: create it there, in the region that DLP is used in, or name another; then replay`;
    if (asOf !== undefined && Date.parse(stored.updatedAt) > Date.parse(asOf))
      return `the template ${name} was changed at ${stored.updatedAt}, after ${asOf}: look at what it says now, move \`as_of\`, release, replay`;
    if (stored.kind === 'inspect') {
      if (stored.limitsFindings)
        return `the template ${name} limits how much is found, and what lies beyond would stay in the text: take its limits out, then replay`;
    } else {
      const misfit = misfitOf(column, template, stored);
      if (misfit) return `the template ${name} ${misfit}`;
    }
  }
  return undefined;
}

function misfitOf({ name }: Column, { madeFor }: Template, stored: DeidentifyTemplate): string | undefined {
  if (stored.madeFor !== madeFor)
    return `is made for ${stored.madeFor}, and the declaration says ${madeFor}: state what it is made for in \`for\``;
  if (madeFor === 'info_types') return undefined;
  const own = stored.fields.filter(({ names }) => names.includes(name));
  if (own.length === 0)
    return `does not name the field ${name}, which would go through as it is: its fields are ${stored.fields.flatMap(({ names }) => names).join(', ')}`;
  if (own.some(({ isConditional }) => isConditional))
    return `transforms ${name} under a condition: take it out of the template and write it as \`when\``;
  if (stored.suppressesRecords) return 'leaves out whole records, which no column may do: take that out of it';
  return undefined;
}
