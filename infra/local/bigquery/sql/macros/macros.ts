import { ARRAY_MACROS } from './arrays.ts';
import { CAST_MACROS } from './casts.ts';
import { ERROR_TEXT, type Macro } from './failures.ts';
import { GAP_FILL_MACROS } from './gap-fill.ts';
import { INTERVAL_MACROS } from './intervals.ts';
import { JSON_MACROS } from './json.ts';
import { LOAD_MACROS } from './loads.ts';
import { NUMBER_MACROS } from './numbers.ts';
import { RANGE_MACROS } from './ranges.ts';
import { TEXT_MACROS } from './texts.ts';
import { TIME_MACROS } from './times.ts';

/** DuckDB macros for what GoogleSQL means differently. A macro stands behind those that it uses. */
export const MACROS: readonly Macro[] = [
  ERROR_TEXT,
  ...NUMBER_MACROS,
  ...CAST_MACROS,
  ...TIME_MACROS,
  ...INTERVAL_MACROS,
  ...TEXT_MACROS,
  ...ARRAY_MACROS,
  ...LOAD_MACROS,
  ...RANGE_MACROS,
  ...GAP_FILL_MACROS,
  ...JSON_MACROS,
];
