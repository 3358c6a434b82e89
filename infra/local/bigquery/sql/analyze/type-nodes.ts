import type { TypeNode } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, parseScalarKind, type SqlType, scalar } from '../types.ts';

const REFUSED = new Set(['INTERVAL', 'GEOGRAPHY', 'RANGE', 'UUID', 'ENUM', 'PROTO']);

export function readType(node: TypeNode): SqlType {
  if (node.kind === 'array') {
    const element = readType(node.element);
    if (element.kind === 'ARRAY') throw new SqlError('Arrays of arrays are not supported', node.at);
    return arrayOf(element);
  }
  if (node.kind === 'struct')
    return { kind: 'STRUCT', fields: node.fields.map((field) => ({ name: field.name, type: readType(field.type) })) };
  const kind = parseScalarKind(node.name);
  if (kind === undefined) {
    if (REFUSED.has(node.name)) throw unsupported(`type ${node.name}`, node.at);
    throw new SqlError(`Type not found: ${node.name}`, node.at);
  }
  if (node.parameters.length > 0)
    throw unsupported(`parameterized type ${node.name}(${node.parameters.join(', ')})`, node.at);
  return scalar(kind);
}
