import { z } from 'zod';

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

const PATTERN = /^\s*\d+(\.\d+)?\s*(s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|d|days?|w|weeks?)\s*$/;
const HINT = 'a number and a unit, as in `5m`, `15 min`, `2 hours` or `1 day`; `0` means at once';

/** `5m`, `15 min`, `1 day` or `0` → seconds. A bare number other than 0 is refused: its unit would be a guess. */
export const Duration = z
  .union([z.literal(0).describe(HINT), z.string().regex(PATTERN).describe(HINT)])
  .transform((written) => (written === 0 ? 0 : parseDuration(written)))
  .describe(HINT);

/** Every unit is known by its first letter; the pattern has kept all others out. */
function parseDuration(text: string): number {
  const trimmed = text.trim();
  const unit = /[a-z]/.exec(trimmed)?.[0] ?? 's';
  return Math.round(Number.parseFloat(trimmed) * (SECONDS[unit] ?? 1));
}
