import type { Column, Transformation } from '../model/column.ts';
import type { DeidentifyTemplate, StoredTemplate, Transformed } from '../model/dlp.ts';
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
  for (const name of [template.inspect, template.deidentify]) {
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
      const misfit = misfitOf(column, template, stored, found);
      if (misfit) return `the template ${name} ${misfit}`;
    }
  }
  return undefined;
}

function misfitOf(
  { name }: Column,
  { madeFor, inspect }: Template,
  stored: DeidentifyTemplate,
  found: ReadonlyMap<string, StoredTemplate>,
): string | undefined {
  if (stored.madeFor !== madeFor)
    return `is made for ${stored.madeFor}, and the declaration says ${madeFor}: state what it is made for in \`for\``;
  const inspection = inspect === undefined ? undefined : found.get(inspect);
  const sought = inspection?.kind === 'inspect' ? inspection.infoTypes : [];
  if (madeFor === 'info_types') return gapOf(stored.transforms, sought, inspect);
  const own = stored.fields.filter(({ names }) => names.includes(name));
  if (own.length === 0)
    return `does not name the field ${name}, which would go through as it is: its fields are ${stored.fields.flatMap(({ names }) => names).join(', ')}`;
  if (own.some(({ isConditional }) => isConditional))
    return `transforms ${name} under a condition: take it out of the template and write it as \`when\``;
  if (stored.suppressesRecords) return 'leaves out whole records, which no column may do: take that out of it';
  return own.map(({ transforms }) => gapOf(transforms, sought, inspect)).find((gap) => gap !== undefined);
}

/** DLP leaves findings in the text whose infoType no transformation names: all that is looked for must be transformed. */
function gapOf(transforms: Transformed, sought: readonly string[], inspect: string | undefined): string | undefined {
  if (transforms === 'all') return undefined;
  const remedy = 'add a transformation to it that names no infoType and so is for all others, then replay';
  if (sought.length === 0)
    return `transforms ${transforms.join(', ')} only, while ${inspect ?? 'no inspect template'} names what to look for, so that DLP chooses: ${remedy}, or name them in an inspect template`;
  // Groups such as ALL_BASIC stand for many, and their members come with releases of DLP.
  const left = sought.filter((infoType) => !transforms.includes(infoType) || infoType.startsWith('ALL_'));
  return left.length === 0
    ? undefined
    : `does not transform ${left.join(', ')}, which ${inspect} finds and which would stay in the text: ${remedy}`;
}
