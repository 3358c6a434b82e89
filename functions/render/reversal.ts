import type { Column } from '../model/column.ts';
import type { Cell, ReidentifyRequest } from '../model/dlp.ts';
import { transformationOf } from './dlp.ts';

/** How a column's tokens become values again: the one place that says which transformation leads back, and how. */
export interface Reversal {
  /** DLP's primitive; its key is named. */
  primitive: object;
  /** Whether a text may be a token of this column. Only then is it sent: DLP would try anything. */
  isToken(text: string): boolean;
}

/** A column's way back, or why there is none. */
export function reversalOf(column: Column): Reversal | { none: string } {
  if (column.privacy.kind === 'public') return { none: 'it is public: the warehouse holds its values as they are' };
  if (column.privacy.kind === 'drop') return { none: 'its values are dropped and nowhere in the warehouse' };
  const transformation = transformationOf(column);
  switch (transformation?.kind) {
    case 'tokenize': {
      const { key } = transformation;
      return {
        primitive: {
          cryptoDeterministicConfig: { cryptoKey: { keyName: key }, surrogateInfoType: { name: key } },
        },
        isToken: (text) => isSurrogate(text, key),
      };
    }
    case 'hash':
      return { none: 'a hash leads one way, and no key leads back' };
    case 'date_shift':
      return { none: 'DLP shifts dates one way' };
    default:
      return { none: `\`${transformation?.kind}\` keeps too little of a value to lead back to it` };
  }
}

/** `NAME(LENGTH):TOKEN` and nothing around it. */
function isSurrogate(text: string, name: string): boolean {
  const { length, token } =
    /^(?<name>.+)\((?<length>\d{1,6})\):(?<token>[A-Za-z0-9+/]+={0,2})$/.exec(text)?.groups ?? {};
  return text.startsWith(`${name}(`) && token !== undefined && token.length === Number(length);
}

/** One column of the request: its tokens, from the top. */
export interface Lane {
  reversal: Reversal;
  tokens: readonly string[];
}

/** The lanes side by side; what a shorter one lacks is empty, which DLP leaves alone. */
export function renderReversal(lanes: readonly Lane[]): ReidentifyRequest {
  const headers = lanes.map((_, lane) => `c${lane}`);
  const height = Math.max(...lanes.map(({ tokens }) => tokens.length));
  return {
    reidentifyConfig: {
      recordTransformations: {
        fieldTransformations: lanes.map(({ reversal }, lane) => ({
          fields: [{ name: headers[lane] }],
          primitiveTransformation: reversal.primitive,
        })),
      },
      // One token that does not open must not keep the others; it comes back as it went.
      transformationErrorHandling: { leaveUntransformed: {} },
    },
    headers,
    rows: Array.from({ length: height }, (_, row) => ({
      values: lanes.map(({ tokens }): Cell => ({ stringValue: tokens[row] ?? '' })),
    })),
  };
}
