import { z } from 'zod';
import { SourceSchema } from './schema/source.ts';
import { TransformHeaderSchema } from './schema/transform-header.ts';

/** The vocabulary for editors, from the same schemas that the compiler checks by: published file → JSON Schema. */
export const jsonSchemas = (): Record<'source.schema.json' | 'transform-header.schema.json', object> => ({
  'source.schema.json': publish('A source of Sluice', SourceSchema),
  'transform-header.schema.json': publish('The header of a transform of Sluice', TransformHeaderSchema),
});

/** What is written (`input`), not what it is parsed into; durations, for one, are text there. */
const publish = (title: string, schema: z.ZodType): object => ({ title, ...z.toJSONSchema(schema, { io: 'input' }) });

/** The columns of a line in the project's formatter. */
const WIDTH = 120;

/** JSON as the project's formatter lays it out: a list of plain values on one line where it fits behind its key. */
export function renderJson(value: unknown, indent = '', key = ''): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((entry) => JSON.stringify(entry)).join(', ')}]`;
    const plain = value.every((entry) => typeof entry !== 'object' || entry === null);
    const comma = 1;
    if (value.length === 0 || (plain && indent.length + key.length + line.length + comma <= WIDTH)) return key + line;
    return `${key}[\n${value.map((entry) => inner + renderJson(entry, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    if (entries.length === 0) return `${key}{}`;
    const lines = entries.map(([name, entry]) => inner + renderJson(entry, inner, `${JSON.stringify(name)}: `));
    return `${key}{\n${lines.join(',\n')}\n${indent}}`;
  }
  return key + JSON.stringify(value);
}
