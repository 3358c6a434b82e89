import { parseSignature, type Signature } from '../analyze/signature.ts';
import { AEADS } from './aead.ts';
import { ARRAYS } from './arrays.ts';
import { BEYOND_BIGQUERY } from './beyond-bigquery.ts';
import { BIGNUMERICS } from './bignumerics.ts';
import { BYTES } from './bytes.ts';
import { JSONS } from './json.ts';
import { NETS } from './net.ts';
import { NUMBERS } from './numbers.ts';
import { RANGES } from './ranges.ts';
import { TEXTS } from './texts.ts';
import { TIMES } from './times.ts';

const takes = (signature: Signature, kind: string) =>
  signature.args.some((pattern) => pattern.kind === 'type' && pattern.type.kind === kind);
const firstOfFloats = (signatures: readonly Signature[]) => signatures.findIndex((one) => takes(one, 'FLOAT64'));

/** Every function whose arguments are plain values, by name. */
export const SIGNATURES: ReadonlyMap<string, Signature[]> = (() => {
  const byName = new Map<string, Signature[]>();
  for (const table of [
    NUMBERS,
    BIGNUMERICS,
    TEXTS,
    BYTES,
    TIMES,
    JSONS,
    ARRAYS,
    NETS,
    RANGES,
    AEADS,
    BEYOND_BIGQUERY,
  ]) {
    for (const [text, template] of Object.entries(table)) {
      const { name, signature } = parseSignature(text, template);
      const others = byName.get(name) ?? [];
      // The first that takes the arguments converted is the one: a BIGNUMERIC must not become a FLOAT64 before.
      const wider = signature.result.kind === 'type' && takes(signature, 'BIGNUMERIC') ? firstOfFloats(others) : -1;
      byName.set(name, others.toSpliced(wider < 0 ? others.length : wider, 0, signature));
    }
  }
  return byName;
})();
