import { parseSignature, type Signature } from '../analyze/signature.ts';
import { AEADS } from './aead.ts';
import { ARRAYS } from './arrays.ts';
import { BEYOND_BIGQUERY } from './beyond-bigquery.ts';
import { BYTES } from './bytes.ts';
import { JSONS } from './json.ts';
import { NETS } from './net.ts';
import { NUMBERS } from './numbers.ts';
import { RANGES } from './ranges.ts';
import { TEXTS } from './texts.ts';
import { TIMES } from './times.ts';

/** Every function whose arguments are plain values, by name. */
export const SIGNATURES: ReadonlyMap<string, Signature[]> = (() => {
  const byName = new Map<string, Signature[]>();
  for (const table of [NUMBERS, TEXTS, BYTES, TIMES, JSONS, ARRAYS, NETS, RANGES, AEADS, BEYOND_BIGQUERY]) {
    for (const [text, template] of Object.entries(table)) {
      const { name, signature } = parseSignature(text, template);
      byName.set(name, [...(byName.get(name) ?? []), signature]);
    }
  }
  return byName;
})();
