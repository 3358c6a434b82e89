import { z } from 'zod';

/** The key's name is also the surrogate's, and DLP takes `[A-Za-z0-9$_-]{1,64}` there; ours is also a file's name. */
const KEY = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
export const Key = z
  .string()
  .regex(KEY)
  .describe('the name of a key, as in `pii`: a letter, then letters, digits and `_`');
