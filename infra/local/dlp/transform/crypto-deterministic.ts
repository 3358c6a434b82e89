import { type AesSiv, createAesSiv } from '../crypto/aes-siv.ts';
import { AES_KEY_SIZES, expandForSiv } from '../crypto/keys.ts';
import { packBuffers, packTexts } from '../crypto/messages.ts';
import type { CryptoDeterministicConfig } from '../wire/deidentification.ts';
import { contextBytes } from './context-bytes.ts';
import type { Outcome, Primitive, Subjects, Workshop } from './primitive.ts';
import { annotate, tokenOf } from './surrogate.ts';

/** First byte of what Google's tokens encode: base64(0x01 ‖ SIV ‖ ciphertext). */
const VERSION = 1;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * AES-SIV tokens. A context is an associated string of the seal: the same value in another context gets another token, and a
 * token opens only with its own context. An empty text has nothing to encrypt and stays as it is.
 */
export function planCryptoDeterministic(config: CryptoDeterministicConfig, workshop: Workshop): Primitive {
  const siv = sivOf(config, workshop);
  const name = config.surrogateInfoType?.name;
  return {
    ...contextOf(config),
    apply: (subjects) =>
      inGroups(subjects, (texts, associated) => {
        const sealed = siv.seal(packTexts(texts), associated);
        const token = Buffer.allocUnsafe(longestOf(sealed.offsets) + 1);
        token[0] = VERSION;
        return texts.map((text, i): Outcome => {
          if (text === '') return undefined;
          const length = sealed.bytes.copy(token, 1, sealed.offsets[i], sealed.offsets[i + 1]);
          return annotate(name, token.toString('base64', 0, length + 1));
        });
      }),
  };
}

/** The reverse: tokens, with or without their annotation, back to texts. */
export function planCryptoDeterministicReversal(config: CryptoDeterministicConfig, workshop: Workshop): Primitive {
  const siv = sivOf(config, workshop);
  const name = config.surrogateInfoType?.name;
  return {
    ...contextOf(config),
    apply: (subjects) =>
      inGroups(subjects, (texts, associated) => {
        const tokens = texts.map((text) => {
          const token = tokenOf(text, name);
          return BASE64.test(token) ? Buffer.from(token, 'base64') : EMPTY;
        });
        // What is no token at all is opened as one of zeros, which fails as any forgery does.
        const sealed = tokens.map((bytes) => (bytes[0] === VERSION && bytes.length > 16 ? bytes.subarray(1) : ZEROS));
        const opened = siv.open(packBuffers(sealed), associated);
        return texts.map((text, i): Outcome => {
          if (text === '') return undefined;
          return (
            opened[i]?.toString('utf8') ?? {
              failure: 'CryptoDeterministicConfig: the token does not open with this key and context',
            }
          );
        });
      }),
  };
}

const EMPTY = Buffer.alloc(0);
const ZEROS = Buffer.alloc(16);

function sivOf(config: CryptoDeterministicConfig, workshop: Workshop): AesSiv {
  const key = workshop.keys.bytesOf(config.cryptoKey, 'crypto_deterministic_config', AES_KEY_SIZES);
  return createAesSiv(expandForSiv(key));
}

function contextOf(config: CryptoDeterministicConfig): Pick<Primitive, 'contextField'> {
  return config.context?.name ? { contextField: config.context.name } : {};
}

type Crypt = (texts: readonly string[], associated: ReturnType<typeof packBuffers>[]) => Outcome[];

/** Values with a context carry one associated string, those without carry none: two batches, joined in the order given. */
function inGroups({ texts, contexts }: Subjects, crypt: Crypt): Outcome[] {
  if (!contexts) return crypt(texts, []);
  const bytes = contexts.map(contextBytes);
  const outcomes = new Array<Outcome>(texts.length);
  const group = (wanted: (context: Buffer | undefined) => boolean, run: (members: number[]) => Outcome[]) => {
    const members = texts.flatMap((_, index) => (wanted(bytes[index]) ? [index] : []));
    if (members.length === 0) return;
    run(members).forEach((outcome, i) => {
      outcomes[members[i] as number] = outcome;
    });
  };
  const textsOf = (members: number[]) => members.map((index) => texts[index] as string);
  group(
    (context) => context === undefined,
    (members) =>
      members.map(() => ({ failure: 'CryptoDeterministicConfig: a context must be a string or an integer' })),
  );
  group(
    (context) => context?.length === 0,
    (members) => crypt(textsOf(members), []),
  );
  group(
    (context) => (context?.length ?? 0) > 0,
    (members) => crypt(textsOf(members), [packBuffers(members.map((index) => bytes[index] ?? EMPTY))]),
  );
  return outcomes;
}

function longestOf(offsets: Int32Array): number {
  let longest = 0;
  for (let i = 1; i < offsets.length; i++)
    longest = Math.max(longest, (offsets[i] as number) - (offsets[i - 1] as number));
  return longest;
}
