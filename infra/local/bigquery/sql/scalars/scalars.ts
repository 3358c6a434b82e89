import { AEAD_SCALARS } from './aead.ts';
import { BYTE_SCALARS } from './bytes.ts';
import { DECIMAL_STATISTICS } from './decimal-statistics.ts';
import { DECIMAL_SCALARS } from './decimals.ts';
import { FORMAT_SCALARS } from './formats.ts';
import { INTERVAL_SCALARS } from './intervals.ts';
import { JSON_EDITS } from './json-edits.ts';
import { JSON_PATHS } from './json-paths.ts';
import { JSON_READS } from './json-reads.ts';
import { NET_SCALARS } from './net.ts';
import { NUMBER_FORMAT_SCALARS } from './number-formats.ts';
import { REGEX_SCALARS } from './regex.ts';
import { ROUNDING_SCALARS } from './rounding.ts';
import type { ScalarFunction } from './scalar.ts';
import { SEARCH_SCALARS } from './search.ts';
import { SKETCH_SCALARS } from './sketches.ts';
import { TEXT_SCALARS } from './texts.ts';
import { TIME_FORMAT_SCALARS } from './time-formats.ts';
import { TIME_MODEL_SCALARS } from './time-models.ts';
import { ZONE_SCALARS } from './zones.ts';

/** Every function of JavaScript that macros and signatures name. */
export const SCALARS: readonly ScalarFunction[] = [
  ...DECIMAL_SCALARS,
  ...DECIMAL_STATISTICS,
  ...FORMAT_SCALARS,
  ...NUMBER_FORMAT_SCALARS,
  ...TIME_FORMAT_SCALARS,
  ...TIME_MODEL_SCALARS,
  ...INTERVAL_SCALARS,
  ...JSON_EDITS,
  ...JSON_PATHS,
  ...JSON_READS,
  ...TEXT_SCALARS,
  ...BYTE_SCALARS,
  ...REGEX_SCALARS,
  ...NET_SCALARS,
  ...AEAD_SCALARS,
  ...ROUNDING_SCALARS,
  ...SEARCH_SCALARS,
  ...SKETCH_SCALARS,
  ...ZONE_SCALARS,
];
