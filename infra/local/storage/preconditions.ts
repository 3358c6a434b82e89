import type { IncomingHttpHeaders } from 'node:http';
import { conditionNotMet, invalidParameter, notModified } from './errors.ts';
import { renderEtag } from './resource.ts';

/** What must hold of the object (or bucket) that an operation reads or replaces. */
export interface Preconditions {
  generationMatch?: number;
  generationNotMatch?: number;
  metagenerationMatch?: number;
  metagenerationNotMatch?: number;
  etagMatch?: string[];
  etagNotMatch?: string[];
}

interface Versioned {
  generation: number;
  metageneration: number;
}

/** `prefix` is `ifSource` for the source of a copy. */
export function parsePreconditions(query: URLSearchParams, prefix: 'if' | 'ifSource' = 'if'): Preconditions {
  const preconditions: Preconditions = {};
  const fields = {
    generationMatch: 'GenerationMatch',
    generationNotMatch: 'GenerationNotMatch',
    metagenerationMatch: 'MetagenerationMatch',
    metagenerationNotMatch: 'MetagenerationNotMatch',
  } as const;
  for (const [field, suffix] of Object.entries(fields)) {
    const value = parseLong(query, `${prefix}${suffix}`);
    if (value !== undefined) preconditions[field as keyof typeof fields] = value;
  }
  return preconditions;
}

/** The same of the HTTP headers, which name entity tags. */
export function parseEtagPreconditions(headers: IncomingHttpHeaders): Preconditions {
  const preconditions: Preconditions = {};
  if (headers['if-match'] !== undefined) preconditions.etagMatch = parseEtags(headers['if-match']);
  if (headers['if-none-match'] !== undefined) preconditions.etagNotMatch = parseEtags(headers['if-none-match']);
  return preconditions;
}

function parseEtags(header: string): string[] {
  return header.split(',').map((etag) => etag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1'));
}

/** A 64-bit integer of the query, such as `generation`; absent when not given. */
export function parseLong(query: URLSearchParams, parameter: string): number | undefined {
  const text = query.get(parameter);
  if (text === null) return undefined;
  if (!/^-?\d{1,19}$/.test(text)) throw invalidParameter(parameter, `Invalid long value: '${text}'.`);
  return Number(text);
}

/**
 * Throws 412, or 304 where a read's "NotMatch" fails. An object that is not there counts as generation 0, so
 * `ifGenerationMatch=0` creates only and `ifGenerationNotMatch=0` replaces only.
 */
export function checkPreconditions(
  preconditions: Preconditions,
  current: Versioned | undefined,
  mode: 'read' | 'write',
): void {
  const { generation, metageneration } = current ?? { generation: 0, metageneration: 0 };
  const etag = current && renderEtag(generation, metageneration);
  const names = (etags: string[]) => etag !== undefined && (etags.includes(etag) || etags.includes('*'));
  const { generationMatch, generationNotMatch, metagenerationMatch, metagenerationNotMatch } = preconditions;
  if (
    (generationMatch !== undefined && generationMatch !== generation) ||
    (metagenerationMatch !== undefined && metagenerationMatch !== metageneration) ||
    (preconditions.etagMatch && !names(preconditions.etagMatch))
  )
    throw conditionNotMet();
  if (
    (generationNotMatch !== undefined && generationNotMatch === generation) ||
    (metagenerationNotMatch !== undefined && metagenerationNotMatch === metageneration) ||
    (preconditions.etagNotMatch && names(preconditions.etagNotMatch))
  )
    throw mode === 'read' ? notModified() : conditionNotMet();
}
