import { z } from 'zod';

/** As model/key-name.ts has it, and the first version may be said too. */
const KEY = /^[A-Za-z][A-Za-z0-9_]{0,62}$|^[A-Za-z][A-Za-z0-9_]{0,57}@[1-9][0-9]{0,3}$/;
export const Key = z
  .string()
  .regex(KEY)
  .transform((key) => key.replace(/@1$/, ''))
  .describe(
    'the name of a key, as in `pii`: a letter, then letters, digits and `_`; `pii@2` is its second version, whose tokens are others',
  );
