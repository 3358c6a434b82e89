import { findInText, quoteJson, renderNode, renderPretty, type TextNode } from './json-text.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

let remembered: { text: string; tokens: string[] } | undefined;
/** A path's tokens, which analysis writes as a JSON array; a query's rows share them. */
function tokensOf(text: string): string[] {
  if (remembered?.text !== text) remembered = { text, tokens: JSON.parse(text) as string[] };
  return remembered.tokens;
}

/** In a JSON-formatted STRING the digits at the token's beginning count, in JSON the token must be a number. */
const placeInText = (token: string) => {
  const digits = /^\d+/.exec(token)?.[0];
  return digits === undefined ? undefined : Number(digits);
};
const placeInJson = (token: string) => (/^\d+$/.test(token) ? Number(token) : undefined);

const inText = (text: string, path: string) => findInText(text, tokensOf(path), placeInText);
const inJson = (json: string, path: string) => findInText(json, tokensOf(path), placeInJson);

/** A scalar as text; null for JSON's null, arrays and objects. */
function scalarOf(node: TextNode | undefined): string | null {
  if (node?.kind === 'plain') return node.text;
  return node?.kind === 'string' ? node.value : null;
}

function scalarsOf(node: TextNode | undefined): (string | null)[] | null {
  if (node?.kind !== 'array' || node.items.some((item) => item.kind === 'array' || item.kind === 'object')) return null;
  return node.items.map(scalarOf);
}

const itemsOf = (node: TextNode | undefined, render: (item: TextNode) => string) =>
  node?.kind === 'array' ? node.items.map(render) : null;

/** The JSON type escapes no more than it must. */
const renderKept = (node: TextNode) => renderNode(node, JSON.stringify);

/** What JSON_QUERY, JSON_VALUE and their arrays find; values of JSON come in the spelling in which they are kept. */
export const JSON_PATHS: readonly ScalarFunction[] = [
  defineScalar('bq_text_query_at', ['text', 'text'], 'text', (text, path) => {
    const node = inText(text, path);
    return node === undefined || node.kind === 'null' ? null : renderNode(node);
  }),
  defineScalar('bq_text_value_at', ['text', 'text'], 'text', (text, path) => scalarOf(inText(text, path))),
  defineScalar('bq_text_items_at', ['text', 'text'], 'texts', (text, path) =>
    itemsOf(inText(text, path), (item) => renderNode(item)),
  ),
  defineScalar('bq_text_values_at', ['text', 'text'], 'texts', (text, path) => scalarsOf(inText(text, path))),
  defineScalar('bq_json_query_at', ['text', 'text'], 'text', (json, path) => {
    const node = inJson(json, path);
    return node === undefined ? null : renderKept(node);
  }),
  defineScalar('bq_json_value_at', ['text', 'text'], 'text', (json, path) => scalarOf(inJson(json, path))),
  defineScalar('bq_json_items_at', ['text', 'text'], 'texts', (json, path) => itemsOf(inJson(json, path), renderKept)),
  defineScalar('bq_json_values_at', ['text', 'text'], 'texts', (json, path) => scalarsOf(inJson(json, path))),
  defineScalar('bq_json_member', ['text', 'text'], 'text', (json, key) => {
    const node = findInText(json, [key], () => undefined);
    return node === undefined ? null : renderKept(node);
  }),
  defineScalar('bq_json_element', ['text', 'integer'], 'text', (json, index) => {
    const node = findInText(json, [''], () => Number(index));
    return node === undefined ? null : renderKept(node);
  }),
  // Repeated fields, and the digits of numbers, stay as they are.
  defineScalar('bq_json_pretty', ['text'], 'text', (json) => {
    const node = inJson(json, '[]');
    return node === undefined ? null : renderPretty(node);
  }),
  defineScalar('bq_json_quote', ['text'], 'text', quoteJson),
];
