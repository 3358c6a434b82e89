import { JobFailure, notSupported } from '../errors.ts';
import type { LoadConfiguration } from '../jobs/job.ts';

export interface CsvOptions {
  delimiter: string;
  /** Empty: nothing is quoted. */
  quote: string;
  skip: number;
  nullMarkers: string[];
  jagged: boolean;
  quotedNewlines: boolean;
  ignoreUnknown: boolean;
  keepsControls: boolean;
  maxBad: number;
}

const DELIMITERS: Record<string, string> = { tab: '\t', '\\t': '\t' };

/** Throws JobFailure for options that contradict each other, and for what splits no file that is documented. */
export function readCsvOptions(load: LoadConfiguration): CsvOptions {
  if (load.nullMarker && (load.nullMarkers?.length ?? 0) > 0)
    throw new JobFailure('invalid', 'Only one of nullMarker and nullMarkers can be set');
  const named = load.fieldDelimiter || ',';
  const delimiter = DELIMITERS[named.toLowerCase()] ?? named;
  const quote = load.quote ?? '"';
  // BigQuery splits by the first byte of what is longer, and leaves the others in the field.
  if (!isAscii(delimiter) || /[\r\n]/.test(delimiter))
    throw notSupported(`fieldDelimiter ${JSON.stringify(delimiter)}: it must be one character of ASCII`);
  if ((quote !== '' && !isAscii(quote)) || /[\r\n ]/.test(quote) || quote === delimiter)
    throw notSupported(`quote ${JSON.stringify(quote)}: it must be one character of ASCII, or none`);
  const nullMarkers = load.nullMarkers?.length ? load.nullMarkers : [load.nullMarker ?? ''];
  const strange = nullMarkers.find(
    (marker) => /[\r\n]/.test(marker) || [delimiter, quote].some((c) => c !== '' && marker.includes(c)),
  );
  if (strange !== undefined)
    throw notSupported(`nullMarker ${JSON.stringify(strange)}, which holds a delimiter, a quote or a line end`);
  return {
    delimiter,
    quote,
    skip: readCount('skipLeadingRows', load.skipLeadingRows),
    nullMarkers,
    jagged: load.allowJaggedRows === true,
    quotedNewlines: load.allowQuotedNewlines === true,
    ignoreUnknown: load.ignoreUnknownValues === true,
    keepsControls: load.preserveAsciiControlCharacters === true,
    maxBad: readCount('maxBadRecords', load.maxBadRecords),
  };
}

const isAscii = (text: string) => text.length === 1 && text >= '\u0001' && text <= '\u007f';

/** An option that is a whole number from 0. Throws JobFailure. */
export function readCount(name: string, value: number | string | undefined): number {
  const count = Number(value ?? 0);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new JobFailure('invalid', `Invalid value for ${name}: ${value}: it must be a whole number from 0`);
  return count;
}
