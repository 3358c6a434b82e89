import { terminal } from '../errors.ts';
import type { Unopened } from '../model/reidentification.ts';
import type { Ports } from '../ports.ts';
import { type Reversal, renderReversal } from '../render/reversal.ts';

/** What became of one text: its value, or why there is none. Neither: there was no text. */
export interface Opened {
  value: string | null;
  why?: Unopened;
}

/** Bytes of tokens in one request: DLP takes 0.5 MB with all that is around them. */
const MAX_BYTES = 256 * 1024;

/** The values of each column's tokens, at their places. One request to DLP, or none where nothing looks like a token. */
export async function openTokens(
  ports: Pick<Ports, 'dlp'>,
  ways: readonly Reversal[],
  texts: readonly (readonly (string | null)[])[],
): Promise<Opened[][]> {
  const lanes = ways.map((reversal, lane) => ({
    reversal,
    tokens: (texts[lane] ?? []).filter((text) => text !== null && reversal.isToken(text)) as string[],
  }));
  const bytes = lanes.reduce((sum, { tokens }) => sum + tokens.reduce((all, token) => all + token.length, 0), 0);
  if (bytes > MAX_BYTES)
    throw terminal('BAD_REQUEST', `these tokens have ${bytes} bytes, and ${MAX_BYTES} go at once: ask for fewer`);
  const answered = bytes === 0 ? [] : await ports.dlp.reidentify(renderReversal(lanes));
  return texts.map((column, lane) => {
    let sent = 0;
    return column.map((text): Opened => {
      if (text === null) return { value: null };
      if (!ways[lane]?.isToken(text)) return { value: null, why: 'NOT_A_TOKEN' };
      const value = answered[sent++]?.[lane] ?? null;
      // DLP gives back as it came what it could not open; a token is never its own value.
      return value === null || value === text ? { value: null, why: 'DOES_NOT_OPEN' } : { value };
    });
  });
}
