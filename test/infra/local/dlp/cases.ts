import { fileURLToPath } from 'node:url';
import { hasShared } from '../../../cases/shared-data.ts';

/** Third-party cases with expected answers, and the scorers that run them over the wire. Without them only our own cases run. */
export const CASES = fileURLToPath(new URL('../../../../../shared/cases', import.meta.url));
export const HAVE_CASES = hasShared('cases/dlp.json');
