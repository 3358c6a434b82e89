import { notSupported } from '../errors.ts';
import type { JobConfiguration } from './job.ts';

const words = (text: string) => new Set(text.split(/\s+/));

const DESTINATION = 'destinationTable createDisposition writeDisposition';
const SHAPE = 'schemaUpdateOptions timePartitioning rangePartitioning clustering';
/** Options that change how Google works and not what comes out: they are accepted and have no effect here. */
const WITHOUT_EFFECT =
  'priority useQueryCache allowLargeResults flattenResults destinationEncryptionConfiguration maximumBillingTier reservation';

const KNOWN: Record<'query' | 'load' | 'copy' | 'extract', Set<string>> = {
  query: words(
    `${DESTINATION} ${SHAPE} ${WITHOUT_EFFECT} query useLegacySql defaultDataset parameterMode queryParameters maximumBytesBilled createSession connectionProperties`,
  ),
  load: words(
    `${DESTINATION} ${SHAPE} ${WITHOUT_EFFECT} sourceUris sourceFormat schema autodetect fieldDelimiter quote skipLeadingRows allowQuotedNewlines
    allowJaggedRows nullMarker nullMarkers preserveAsciiControlCharacters encoding maxBadRecords ignoreUnknownValues decimalTargetTypes parquetOptions hivePartitioningOptions useAvroLogicalTypes
    destinationTableProperties`,
  ),
  copy: words(`${DESTINATION} ${WITHOUT_EFFECT} sourceTable sourceTables operationType destinationExpirationTime`),
  extract: words(
    'sourceTable sourceModel destinationUri destinationUris destinationFormat compression fieldDelimiter printHeader useAvroLogicalTypes reservation',
  ),
};

const isSet = (value: unknown) =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== '' &&
  !(Array.isArray(value) && value.length === 0);

/** Refuses every option that is not understood: to pass over one could change what a job does. */
export function checkOptions(configuration: JobConfiguration): void {
  for (const kind of ['query', 'load', 'copy', 'extract'] as const) {
    for (const [key, value] of Object.entries(configuration[kind] ?? {})) {
      if (!KNOWN[kind].has(key) && isSet(value)) throw notSupported(`option ${key} of a ${kind} job`);
    }
  }
}
