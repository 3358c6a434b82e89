import { ApiError } from '../api-error.ts';
import { INFO_TYPES } from './detect/registry.ts';
import type { ListInfoTypesRequest } from './wire/inspection.ts';

/** What the local cloud detects, in the form of ListInfoTypesResponse. Names are Google's; display names are read off them. */
export function listInfoTypes({ filter }: ListInfoTypesRequest): object {
  if (filter !== '' && !/^supported_by ?= ?(INSPECT|RISK_ANALYSIS)$/i.test(filter)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `filter must be supported_by=INSPECT or supported_by=RISK_ANALYSIS, but it is ${filter}`,
    );
  }
  if (/RISK_ANALYSIS/i.test(filter)) return { infoTypes: [] };
  return {
    infoTypes: INFO_TYPES.map((name) => ({
      name,
      displayName: name
        .split('_')
        .map((word, index) =>
          index > 0 && word.length > 3
            ? word.toLowerCase()
            : word.length > 3
              ? word[0] + word.slice(1).toLowerCase()
              : word,
        )
        .join(' '),
      supportedBy: ['INSPECT'],
      launchStatus: 'GENERAL_AVAILABILITY',
    })),
  };
}
