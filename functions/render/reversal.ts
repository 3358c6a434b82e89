import type { Column, Transformation } from '../model/column.ts';
import type { Cell, ReidentifyRequest } from '../model/dlp.ts';
import { surrogateOf } from '../model/key-name.ts';
import { alphabetOf, charactersOf, contextColumn, verbatimPrimitive } from '../model/transformation.ts';
import { primitive } from './dlp.ts';

/** How a column's tokens become values again. */
export interface Reversal {
  /** DLP's primitive, which is the one that made them; its key is named. `context` is a column of the request. */
  primitive(context?: string): object;
  /** Whether a text may be a token of this column. Only then is it sent: DLP would try anything. */
  isToken(text: string): boolean;
  /** The column whose value took part in each token. */
  tweak?: string;
  /** Whether DLP tells a wrong token, key or tweak from a right one; if not, it makes some value of anything. */
  authenticated: boolean;
  /** Some rows hold the value itself, and it may look like a token. */
  ambiguous: boolean;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** A version's byte, an SIV of 16 and a byte of text, as base64. */
const SHORTEST_SEALED = 24;

/** A column's way back, or why there is none: the one place that says which transformation can be undone, and how. */
export function reversalOf(column: Column): Reversal | { none: string } {
  if (column.type === 'RECORD')
    return { none: 'it is a RECORD, whose fields have a privacy each: name one by its path' };
  if (column.privacy.kind === 'public') return { none: 'it is public, and the warehouse has its values as they are' };
  if (column.privacy.kind === 'drop') return { none: 'its values are dropped, and nowhere in the warehouse' };
  const { transform } = column.privacy;
  switch (transform.kind) {
    case 'tokenize':
      return deterministic(transform, column, surrogateOf(transform.key));
    case 'fpe':
      return formatPreserving(transform, column, transform.surrogate);
    case 'dlp':
      return verbatim(transform, column);
    case 'hash':
      return { none: 'a hash leads one way, and no key leads back' };
    case 'template':
      return { none: 'a stored template made them, and only who keeps it knows its way back' };
    case 'date_shift':
      return { none: 'DLP moves dates and does not move them back' };
    case 'mask':
    case 'redact':
    case 'replace':
    case 'dictionary':
    case 'bucket':
    case 'time_part':
    case 'redact_findings':
      return { none: `\`${transform.kind}\` keeps too little of a value to lead back to it` };
  }
}

type Made = Exclude<Transformation, { kind: 'redact_findings' | 'template' } | { findings: object }>;

function verbatim(
  transformation: Extract<Transformation, { kind: 'dlp' }>,
  column: Column,
): Reversal | { none: string } {
  if ('findings' in transformation)
    return { none: '`dlp` changes what it finds in texts, and its tokens stand among words' };
  const name = verbatimPrimitive(transformation) ?? '';
  const { surrogateInfoType } = transformation.primitive[name] as { surrogateInfoType?: { name?: string } };
  if (name === 'cryptoDeterministicConfig') return deterministic(transformation, column, surrogateInfoType?.name);
  if (name === 'cryptoReplaceFfxFpeConfig') return formatPreserving(transformation, column, surrogateInfoType?.name);
  return { none: `DLP does not undo \`${name}\`` };
}

function deterministic(transformation: Made, column: Column, surrogate: string | undefined): Reversal {
  const isSealed = (text: string): boolean => text.length >= SHORTEST_SEALED && BASE64.test(text);
  return { ...reversal(transformation, column, surrogate, isSealed), authenticated: true, ambiguous: false };
}

function formatPreserving(transformation: Made, column: Column, surrogate: string | undefined): Reversal {
  const characters = new Set(charactersOf(alphabetOf(transformation) ?? 'ALPHA_NUMERIC'));
  const isWritten = (text: string): boolean => text.length > 1 && [...text].every((one) => characters.has(one));
  const ambiguous = surrogate === undefined && column.privacy.kind === 'transform' && column.privacy.when !== undefined;
  return { ...reversal(transformation, column, surrogate, isWritten), authenticated: false, ambiguous };
}

function reversal(
  transformation: Made,
  column: Column,
  surrogate: string | undefined,
  isBody: (text: string) => boolean,
): Omit<Reversal, 'authenticated' | 'ambiguous'> {
  const tweak = contextColumn(transformation);
  return {
    primitive: (context) => primitive(transformation, column, context),
    isToken: (text) => isBody(surrogate === undefined ? text : bodyOf(text, surrogate)),
    ...(tweak !== undefined && { tweak }),
  };
}

/** What `NAME(LENGTH):` announces, where nothing stands around it; else nothing, which is no token. */
function bodyOf(text: string, surrogate: string): string {
  const start = `${surrogate}(`;
  const { length, body = '' } = /^(?<length>\d{1,6})\):(?<body>.+)$/s.exec(text.slice(start.length))?.groups ?? {};
  return text.startsWith(start) && body.length === Number(length) ? body : '';
}

/** One column of the request: its tokens from the top, and beside each the value that took part in it. */
export interface Lane {
  reversal: Reversal;
  tokens: readonly string[];
  contexts?: readonly string[];
}

/** The lanes side by side; what a shorter one lacks is empty, which DLP leaves alone. Cell [row, 2 × lane] is a token. */
export function renderReversal(lanes: readonly Lane[]): ReidentifyRequest {
  const fields = lanes.map((_, lane) => ({ token: `c${lane}`, context: `c${lane}_by` }));
  const height = Math.max(...lanes.map(({ tokens }) => tokens.length));
  return {
    reidentifyConfig: {
      recordTransformations: {
        fieldTransformations: lanes.map(({ reversal, contexts }, lane) => ({
          fields: [{ name: fields[lane]?.token }],
          primitiveTransformation: reversal.primitive(contexts && fields[lane]?.context),
        })),
      },
      // One token that does not open must not keep the others; it comes back as it went.
      transformationErrorHandling: { leaveUntransformed: {} },
    },
    headers: fields.flatMap(({ token, context }) => [token, context]),
    rows: Array.from({ length: height }, (_, row) => ({
      values: lanes.flatMap(({ tokens, contexts }): Cell[] => [
        { stringValue: tokens[row] ?? '' },
        { stringValue: contexts?.[row] ?? '' },
      ]),
    })),
  };
}
