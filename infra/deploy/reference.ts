/** A module's inputs and outputs as a page. The parser of HCL hands them over as plain JSON. */

export interface Module {
  variable?: Record<string, { type: string; description?: string; default?: unknown }[]>;
  output?: Record<string, { description?: string }[]>;
}

export function renderReference({ variable = {}, output = {} }: Module): string {
  const inputs = Object.entries(variable).map(([name, [of]]) => {
    const fallback = of && 'default' in of ? `\`${JSON.stringify(of.default ?? null)}\`` : 'required';
    return `| \`${name}\` | ${typeOf(of?.type ?? '')} | ${fallback} | ${cell(of?.description)} |`;
  });
  const outputs = Object.entries(output).map(([name, [of]]) => `| \`${name}\` | ${cell(of?.description)} |`);
  return [
    '# Inputs and outputs',
    '',
    'Written by `node infra/deploy/generate.ts` from the variables and outputs themselves; a test holds it fresh. What each',
    'value must be is checked by the validations beside it.',
    '',
    '| input | type | default | what it is |',
    '|---|---|---|---|',
    ...inputs.sort(),
    '',
    '| output | what it is |',
    '|---|---|',
    ...outputs.sort(),
    '',
  ].join('\n');
}

/** `${string}` as the parser writes it; long ones are said by their outermost word. */
function typeOf(text: string): string {
  const type = text.replace(/^\$\{|\}$/g, '');
  return `\`${type.includes('\n') ? `${type.slice(0, type.indexOf('('))}(…)` : type}\``;
}

const cell = (text = ''): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
