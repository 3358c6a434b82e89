import { z } from 'zod';
import type { Transformation } from '../../model/column.ts';
import { surrogateOf } from '../../model/key-name.ts';
import { ALPHABET_CHARACTERS } from '../../model/transformation.ts';
import { fault, show } from '../findings.ts';
import { Key } from './key.ts';

export const TweakSchema = z
  .string()
  .describe('the column whose value takes part, as in `country`: equal values get equal tokens only where it is equal');

const Characters = z
  .string()
  .min(2)
  .superRefine((characters, context) => {
    const twice = [...characters].find((one, at) => characters.indexOf(one) !== at);
    const foreign = [...characters].find((one) => !ALPHABET_CHARACTERS.includes(one));
    const say = (message: string, remedy: string) => context.addIssue(fault('WRONG_VALUE', message, remedy));
    if (twice !== undefined) say(`${show(twice)} stands twice in the alphabet`, 'write each character once');
    if (foreign !== undefined)
      say(
        `${show(foreign)} cannot be in an alphabet of DLP`,
        'keep to letters, digits and signs of ASCII, without blanks; `normalize` takes others out of the values',
      );
  })
  .describe('the characters that values are written with, as in `0123456789-`');

const AlphabetSchema = z
  .union([
    z.enum(['NUMERIC', 'HEXADECIMAL', 'UPPER_CASE_ALPHA_NUMERIC', 'ALPHA_NUMERIC']),
    z
      .strictObject({
        characters: Characters.optional(),
        radix: z
          .int()
          .min(2)
          .max(ALPHABET_CHARACTERS.length)
          .describe('how many of 0–9, A–Z, a–z and the signs, as in `36`')
          .optional(),
      })
      .transform(({ characters, radix }, context) => {
        if (characters !== undefined && radix === undefined) return { characters };
        if (radix !== undefined && characters === undefined) return { radix };
        const message = radix === undefined ? 'the alphabet is not said' : '`characters` and `radix` stand together';
        context.addIssue(fault('WRONG_VALUE', message, 'state one of `characters` and `radix`'));
        return z.NEVER;
      }),
  ])
  .describe(
    'what values are written with: `NUMERIC`, `HEXADECIMAL` (0–9, A–F), `UPPER_CASE_ALPHA_NUMERIC`, `ALPHA_NUMERIC`, `{ characters: "0123456789-" }` or `{ radix: 36 }`',
  );

/** DLP's rule for the name of a surrogate's infoType. */
const SURROGATE = /^[A-Za-z0-9$_-]{1,64}$/;

/** `{ key: pii, alphabet: NUMERIC }` → the model's format-preserving encryption */
export const FpeSchema = z
  .strictObject({
    key: Key,
    alphabet: AlphabetSchema,
    tweak: TweakSchema.optional(),
    surrogate: z
      .union([z.string().regex(SURROGATE), z.boolean()])
      .describe('`true` marks each value with the name of its key, as in `pii(9):123456789`; or a name of its own')
      .optional(),
  })
  .transform(({ key, alphabet, tweak, surrogate }): Extract<Transformation, { kind: 'fpe' }> => {
    const name = surrogate === true ? surrogateOf(key) : surrogate;
    return {
      kind: 'fpe',
      key,
      alphabet,
      ...(tweak === undefined ? {} : { tweak }),
      ...(name === undefined || name === false ? {} : { surrogate: name }),
    };
  })
  .describe('`{ key: pii, alphabet: NUMERIC }`: encrypted to a value of the same length and alphabet');
