import type { Alphabet, ColumnType, Transformation } from './column.ts';

/** The column whose value takes part in each transformation of a row: what decides a shift, or which token a value gets. */
export function contextColumn(transformation: Transformation): string | undefined {
  switch (transformation.kind) {
    case 'date_shift':
      return transformation.by;
    case 'tokenize':
    case 'fpe':
      return transformation.tweak;
    case 'dlp':
    case 'template':
      return transformation.context;
    default:
      return undefined;
  }
}

/** Names of the keys that a transformation uses. */
export function keysOfTransformation(transformation: Transformation): readonly string[] {
  if (transformation.kind === 'dlp') return transformation.keys;
  if (transformation.kind === 'redact_findings') {
    const replacements = [transformation.with, ...Object.values(transformation.each ?? {})];
    return replacements.flatMap((one) => (typeof one === 'object' && 'tokenize' in one ? [one.tokenize] : []));
  }
  return 'key' in transformation ? [transformation.key] : [];
}

/** DLP's own infoTypes that a transformation looks for; custom ones are not among them. */
export function infoTypesOf(transformation: Transformation): readonly string[] {
  if (transformation.kind === 'redact_findings') return transformation.infoTypes;
  if (transformation.kind !== 'dlp' || !('inspect' in transformation)) return [];
  const { infoTypes = [] } = transformation.inspect as { infoTypes?: readonly { name: string }[] };
  return infoTypes.map(({ name }) => name);
}

/** The kinds of a column's own vocabulary that read numbers or dates, and the fields of DLP's that do. */
const TYPED_KINDS: readonly string[] = ['bucket', 'date_shift', 'time_part'];
const TYPED_PRIMITIVES: readonly string[] = [
  'fixedSizeBucketingConfig',
  'bucketingConfig',
  'dateShiftConfig',
  'timePartConfig',
];

/** Which primitive a verbatim `dlp` holds, as `cryptoHashConfig`; undefined = it is none, or looks for findings. */
export const verbatimPrimitive = (transformation: Transformation): string | undefined =>
  transformation.kind === 'dlp' && 'primitive' in transformation ? Object.keys(transformation.primitive)[0] : undefined;

/** Whether DLP reads the values of a column of this type as numbers or dates, not as text. */
export function travelsTyped(transformation: Transformation, type: ColumnType): boolean {
  const reads = TYPED_PRIMITIVES.includes(verbatimPrimitive(transformation) ?? '');
  return TYPED_KINDS.includes(transformation.kind) || (reads && type !== 'STRING');
}

/**
 * Every character that an alphabet may hold, in the order of its digits; `radix: n` means the first n. Source:
 * CryptoReplaceFfxFpeConfig.custom_alphabet in google/privacy/dlp/v2/dlp.proto.
 */
export const ALPHABET_CHARACTERS =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~`!@#$%^&*()_-+={[}]|\\:;"\'<,>.?/';

const COMMON_ALPHABETS = { NUMERIC: 10, HEXADECIMAL: 16, UPPER_CASE_ALPHA_NUMERIC: 36, ALPHA_NUMERIC: 62 };

/** The alphabet that a transformation encrypts with; undefined = it does not, or has any text. */
export function alphabetOf(transformation: Transformation): Alphabet | undefined {
  if (transformation.kind === 'fpe') return transformation.alphabet;
  if (transformation.kind !== 'dlp' || !('primitive' in transformation)) return undefined;
  const config = transformation.primitive.cryptoReplaceFfxFpeConfig as VerbatimFpe | undefined;
  if (config?.customAlphabet !== undefined) return { characters: config.customAlphabet };
  if (config?.radix !== undefined) return { radix: config.radix };
  return config?.commonAlphabet;
}

interface VerbatimFpe {
  commonAlphabet?: Extract<Alphabet, string>;
  customAlphabet?: string;
  radix?: number;
}

/** The characters that a value may be written with. */
export function charactersOf(alphabet: Alphabet): string {
  if (typeof alphabet === 'string') return ALPHABET_CHARACTERS.slice(0, COMMON_ALPHABETS[alphabet]);
  return 'radix' in alphabet ? ALPHABET_CHARACTERS.slice(0, alphabet.radix) : alphabet.characters;
}
