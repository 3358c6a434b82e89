import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Third-party cases with expected answers, and the scorers that run them over the wire. They are no part of this repository:
 * they lie in `shared/cases` beside it, or where SLUICE_CASES says. Without them only our own cases run.
 */
export const CASES = process.env.SLUICE_CASES ?? fileURLToPath(new URL('../../../../../shared/cases', import.meta.url));
export const HAVE_CASES = existsSync(join(CASES, 'dlp.json'));
