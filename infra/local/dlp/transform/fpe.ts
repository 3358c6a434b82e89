import { createFf1Batch, type DigitStrings, type Ff1Batch } from '../crypto/ff1-batch.ts';
import { AES_KEY_SIZES } from '../crypto/keys.ts';
import type { CryptoReplaceFfxFpeConfig } from '../wire/deidentification.ts';
import { type Alphabet, parseAlphabet } from './alphabet.ts';
import { contextBytes } from './context-bytes.ts';
import type { Failure, Outcome, Primitive, Subjects, Workshop } from './primitive.ts';
import { annotate, tokenOf } from './surrogate.ts';

/** Google says to use deterministic encryption above 32 bytes; FF1's cost grows with the square of the length. */
const LONGEST = 1024;

export function planFpe(config: CryptoReplaceFfxFpeConfig, workshop: Workshop): Primitive {
  const name = config.surrogateInfoType?.name;
  return fpe(config, workshop, {
    before: (text) => text,
    crypt: (ff1, strings, tweakOf) => ff1.encrypt(strings, tweakOf),
    after: (text) => annotate(name, text),
  });
}

export function planFpeReversal(config: CryptoReplaceFfxFpeConfig, workshop: Workshop): Primitive {
  const name = config.surrogateInfoType?.name;
  return fpe(config, workshop, {
    before: (text) => tokenOf(text, name),
    crypt: (ff1, strings, tweakOf) => ff1.decrypt(strings, tweakOf),
    after: (text) => text,
  });
}

interface Direction {
  before(text: string): string;
  crypt(ff1: Ff1Batch, strings: DigitStrings, tweakOf: (index: number) => Buffer): Uint8Array;
  after(text: string): string;
}

function fpe(config: CryptoReplaceFfxFpeConfig, workshop: Workshop, direction: Direction): Primitive {
  const alphabet = parseAlphabet(config);
  const key = workshop.keys.bytesOf(config.cryptoKey, 'crypto_replace_ffx_fpe_config', AES_KEY_SIZES);
  const ff1 = createFf1Batch(key, alphabet.radix);
  return {
    ...(config.context?.name ? { contextField: config.context.name } : {}),
    apply(subjects) {
      const outcomes = new Array<Outcome>(subjects.texts.length);
      const members: number[] = [];
      const inputs: string[] = [];
      const tweaks: Buffer[] = [];
      subjects.texts.forEach((given, index) => {
        const text = direction.before(given);
        const tweak = contextBytes(subjects.contexts?.[index]);
        const failure = text === '' ? undefined : problemWith(text, tweak, alphabet, subjects, index);
        if (text === '' || failure || !tweak) {
          outcomes[index] = failure;
          return;
        }
        members.push(index);
        inputs.push(text);
        tweaks.push(tweak);
      });
      const strings = digitsOf(inputs, alphabet);
      const result = direction.crypt(ff1, strings, (index) => tweaks[index] as Buffer);
      members.forEach((index, i) => {
        outcomes[index] = direction.after(
          textOf(result, strings.offsets[i] as number, strings.offsets[i + 1] as number, alphabet),
        );
      });
      return outcomes;
    },
  };
}

function problemWith(
  text: string,
  tweak: Buffer | undefined,
  alphabet: Alphabet,
  { cells }: Subjects,
  index: number,
): Failure | undefined {
  const cell = cells?.[index];
  if (cell && cell.stringValue === undefined && cell.integerValue === undefined) {
    return { failure: 'CryptoReplaceFfxFpeConfig transforms only string and integer values' };
  }
  if (!tweak) return { failure: 'CryptoReplaceFfxFpeConfig: a context must be a string or an integer' };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || alphabet.digitOf[code] === 255) {
      return {
        failure:
          "CryptoReplaceFfxFpeConfig's 'alphabet' does not include all the characters in the value being transformed",
      };
    }
  }
  if (text.length < 2) return { failure: 'CryptoReplaceFfxFpeConfig: a value must be at least two characters long' };
  if (text.length > LONGEST) {
    return {
      failure: `CryptoReplaceFfxFpeConfig: the local cloud encrypts values of up to ${LONGEST} characters; use CryptoDeterministicConfig`,
    };
  }
  return undefined;
}

function digitsOf(texts: readonly string[], { digitOf }: Alphabet): DigitStrings {
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = (offsets[i] as number) + text.length;
  });
  const digits = new Uint8Array(offsets[texts.length] as number);
  let at = 0;
  for (const text of texts) for (let i = 0; i < text.length; i++) digits[at++] = digitOf[text.charCodeAt(i)] as number;
  return { digits, offsets, count: texts.length };
}

function textOf(digits: Uint8Array, start: number, end: number, { characters }: Alphabet): string {
  let text = '';
  for (let i = start; i < end; i++) text += characters[digits[i] as number];
  return text;
}
