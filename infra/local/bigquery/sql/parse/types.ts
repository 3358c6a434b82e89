import type { Cursor } from './cursor.ts';
import type { FieldNode, TypeNode } from './tree.ts';

/**
 * `INT64`, `STRING(10)`, `ARRAY<STRUCT<a INT64, b STRING>>`. `schema` reads what a column's type may say behind each field of a
 * struct: NOT NULL, OPTIONS.
 */
export function parseType(c: Cursor, schema?: (c: Cursor) => Partial<FieldNode>): TypeNode {
  const { at } = c.peek();
  if (c.takes('ARRAY')) {
    c.expect('<');
    const element = parseType(c, schema);
    c.expectClosingAngle();
    return { kind: 'array', element, at };
  }
  if (c.takes('STRUCT')) {
    const fields: FieldNode[] = [];
    if (c.takes('<>')) return { kind: 'struct', fields, at };
    c.expect('<');
    while (!c.sees('>') && !c.sees('>>')) {
      if (fields.length > 0) c.expect(',');
      const named = c.seesIdentifier() && (['name', 'quoted'].includes(c.peek(1).kind) || c.peek(1).word !== '');
      const name = named ? c.identifier().name : undefined;
      const type = parseType(c, schema);
      fields.push({ name, type, ...schema?.(c) });
    }
    c.expectClosingAngle();
    return { kind: 'struct', fields, at };
  }
  if (c.takes('RANGE')) {
    c.expect('<');
    const element = c.identifier();
    c.expectClosingAngle();
    return { kind: 'scalar', name: `RANGE<${element.name.toUpperCase()}>`, parameters: [], at };
  }
  const { name } = c.peek().word === 'INTERVAL' ? { name: c.next().text } : c.identifier();
  const parameters: string[] = [];
  if (c.takes('(')) {
    do parameters.push(c.next().text);
    while (c.takes(','));
    c.expect(')');
  }
  return { kind: 'scalar', name: name.toUpperCase(), parameters, at };
}
