import { terminal } from '../errors.ts';
import type { Unopened } from '../model/reidentification.ts';
import type { Ports } from '../ports.ts';
import { type Lane, type Reversal, renderReversal } from '../render/reversal.ts';

/** What became of one text: its value, or why there is none. Neither: it is NULL. */
export interface Opened {
  value: string | null;
  why?: Unopened;
}

/** The texts of one column, each with the value that took part in it where its way back has a tweak. */
export interface Sealed {
  way: Reversal;
  texts: readonly (string | null)[];
  contexts?: readonly string[];
}

/** Bytes of tokens in one request: DLP takes 0.5 MB with all that is around them. */
const MAX_BYTES = 256 * 1024;

/** The values of each column's tokens, at their places. One request to DLP, or none where nothing looks like a token. */
export async function openTokens(ports: Pick<Ports, 'dlp'>, columns: readonly Sealed[]): Promise<Opened[][]> {
  const lanes = columns.map(laneOf);
  const bytes = lanes.reduce((sum, lane) => sum + sizeOf(lane.tokens) + sizeOf(lane.contexts), 0);
  if (bytes > MAX_BYTES)
    throw terminal('BAD_REQUEST', `these tokens have ${bytes} bytes, and ${MAX_BYTES} go at once: ask for fewer`);
  const { cells, unopened } =
    bytes === 0 ? { cells: [], unopened: 0 } : await ports.dlp.reidentify(renderReversal(lanes));
  return columns.map(({ way, texts }, lane) => {
    let sent = 0;
    return texts.map((text): Opened => {
      // What is empty was never encrypted.
      if (text === null || text === '') return { value: text };
      if (!way.isToken(text)) return { value: null, why: 'NOT_A_TOKEN' };
      const value = cells[sent++]?.[2 * lane] ?? null;
      // What does not open comes back as it went. A short text that keeps its format may be its own value, once in a hundred.
      const isItself = value === text && (way.authenticated || unopened > 0);
      return value === null || isItself ? { value: null, why: 'DOES_NOT_OPEN' } : { value };
    });
  });
}

function laneOf({ way, texts, contexts }: Sealed): Lane {
  const at = texts.flatMap((text, index) => (text !== null && way.isToken(text) ? [index] : []));
  return {
    reversal: way,
    tokens: at.map((index) => texts[index] as string),
    ...(way.tweak !== undefined && { contexts: at.map((index) => contexts?.[index] ?? '') }),
  };
}

const sizeOf = (texts: readonly string[] = []): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
