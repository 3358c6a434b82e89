import type { Options } from '../sql/parse/statement-tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';

const KNOWN = {
  'a function': ['description'],
  'a JavaScript function': ['description', 'library'],
  'a table function': ['description'],
  // Of strict_mode, which checks a body more closely when it is made, only the procedure's making knows.
  'a procedure': ['description', 'strict_mode'],
};

export type RoutineWord = keyof typeof KNOWN;

/** What a routine's OPTIONS say of it besides how it runs. What is not known is refused. */
export function readRoutineOptions(options: Options, what: RoutineWord): { description: string | undefined } {
  let description: string | undefined;
  for (const { name, value } of options) {
    const key = name.name.toLowerCase();
    if (!KNOWN[what].includes(key)) throw unsupported(`option ${name.name} of ${what}`, name.at);
    if (key !== 'description' || value.kind === 'null') continue;
    if (value.kind !== 'literal' || value.type !== 'STRING')
      throw new SqlError('description must be a STRING literal', value.at);
    description = value.value;
  }
  return { description };
}
