/** polyglot's tree, read with care: its types promise more than the parser gives. */
export type Node = Record<string, unknown>;

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** polyglot tags a node by the one key of the object around it. */
export function oneOf(tagged: Node): Node | undefined {
  const [inner] = Object.values(tagged);
  return isNode(inner) ? inner : undefined;
}

export const nameOf = (identifier: unknown): string | undefined =>
  isNode(identifier) && typeof identifier.name === 'string' ? identifier.name : undefined;

/** Where a node begins, in code points from the start of the file: the least of the spans inside. undefined = it has none. */
export function startOf(node: unknown): number | undefined {
  if (Array.isArray(node)) return least(node.map(startOf));
  if (!isNode(node)) return undefined;
  const { span } = node;
  if (isNode(span) && typeof span.start === 'number') return least([span.start, startOf(node.table)]);
  return least(Object.values(node).map(startOf));
}

function least(starts: readonly (number | undefined)[]): number | undefined {
  const known = starts.filter((start) => start !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
