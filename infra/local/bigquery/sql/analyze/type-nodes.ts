import type { TypeNode } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { DECIMAL_DIGITS, isDecimal, withoutParameters } from '../type-parameters.ts';
import { arrayOf, parseScalarKind, type ScalarKind, type SqlType, type TypeParameters } from '../types.ts';

const REFUSED = new Set(['GEOGRAPHY', 'UUID', 'ENUM', 'PROTO']);

/** The type of a cast or of a declared column, with its parameters. */
export function readType(node: TypeNode): SqlType {
  if (node.kind === 'array') {
    const element = readType(node.element);
    if (element.kind === 'ARRAY') throw new SqlError('Arrays of arrays are not supported', node.at);
    return arrayOf(element);
  }
  if (node.kind === 'struct')
    return {
      kind: 'STRUCT',
      fields: node.fields.map(({ name, type, notNull }) => ({
        name,
        type: readType(type),
        ...(notNull && { required: true }),
      })),
    };
  const kind = parseScalarKind(node.name);
  if (kind === undefined) {
    if (REFUSED.has(node.name)) throw unsupported(`type ${node.name}`, node.at);
    if (node.name.startsWith('RANGE<')) throw new SqlError(`Unsupported range element type: ${node.name}`, node.at);
    throw new SqlError(`Type not found: ${node.name}`, node.at);
  }
  if (node.parameters.length === 0) return { kind };
  return { kind, parameters: readParameters(kind, node.parameters, node.at) };
}

/** The type of a constructor, such as `ARRAY<STRING>[…]`, which takes no parameters. */
export function readPlainType(node: TypeNode): SqlType {
  const type = readType(node);
  const plain = withoutParameters(type);
  if (JSON.stringify(type) !== JSON.stringify(plain))
    throw new SqlError('Type parameters are not allowed in constructors', node.at);
  return plain;
}

/** Worded as GoogleSQL words it. */
function readParameters(kind: ScalarKind, texts: readonly string[], at: number): TypeParameters {
  const [first = '', second = '0'] = texts;
  const isInteger = (text: string) => /^\d{1,15}$/.test(text);
  if (kind === 'STRING' || kind === 'BYTES') {
    if (texts.length > 1)
      throw new SqlError(`${kind} type can only have one parameter. Found ${texts.length} parameters`, at);
    if (!isInteger(first)) throw new SqlError(`${kind} length parameter must be an integer or MAX keyword`, at);
    if (Number(first) === 0) throw new SqlError(`${kind} length must be greater than 0`, at);
    return { maxLength: Number(first) };
  }
  if (!isDecimal(kind)) throw new SqlError(`${kind} does not support type parameters`, at);
  if (texts.length > 2)
    throw new SqlError(`${kind} type can only have 1 or 2 parameters. Found ${texts.length} parameters`, at);
  if (!isInteger(first)) throw new SqlError(`${kind} precision must be an integer`, at);
  if (!isInteger(second)) throw new SqlError(`${kind} scale must be an integer`, at);
  const [precision, scale, most] = [Number(first), Number(second), DECIMAL_DIGITS[kind]];
  if (scale > most.scale) throw new SqlError(`In ${kind}(P, S), S must be between 0 and ${most.scale}`, at);
  const [low, high] = [Math.max(1, scale), most.integer + scale];
  if (precision < low || precision > high)
    throw new SqlError(
      `In ${kind}(P${texts.length > 1 ? `, ${scale}` : ''}), P must be between ${low} and ${high}`,
      at,
    );
  return { precision, scale };
}
