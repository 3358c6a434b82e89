import { RE2JS } from 're2js';
import { ApiError } from '../../api-error.ts';
import type { Files } from '../../storage/files.ts';
import { parseStorageUrl } from './storage-url.ts';

/** CloudStorageOptions.FileSet as the kit decodes it. */
export interface FileSet {
  url: string;
  regexFileSet?: { bucketName: string; includeRegex: string[]; excludeRegex: string[] } | null;
}

export interface ObjectOfSet {
  bucket: string;
  name: string;
  path: string;
  size: number;
  createdMs: number;
}

/** @throws ApiError INVALID_ARGUMENT unless exactly one of a URL and a set of patterns is given, each in its form. */
export function checkFileSet(set: FileSet | null): void {
  planFileSet(set);
}

/** The objects that a set names, in order of name. */
export function objectsOf(set: FileSet | null, files: Files): ObjectOfSet[] {
  const { bucket, pattern, accepts } = planFileSet(set);
  return files
    .match(bucket, pattern)
    .filter(({ name }) => accepts(name))
    .map((file) => ({ bucket, ...file }));
}

interface FileSetPlan {
  bucket: string;
  pattern: string;
  accepts(name: string): boolean;
}

function planFileSet(set: FileSet | null): FileSetPlan {
  const regexes = set?.regexFileSet;
  if (!set || (set.url === '') === !regexes) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      'inspect_job.storage_config.cloud_storage_options.file_set must hold exactly one of url and regex_file_set',
    );
  }
  return regexes ? planRegexes(regexes) : planUrl(set.url);
}

function planUrl(url: string): FileSetPlan {
  const { bucket, pattern } = parseStorageUrl(url, 'file_set.url');
  // "If the url ends in a trailing slash, the bucket or directory represented by the url will be scanned non-recursively."
  const flat = pattern.endsWith('/') ? `${pattern}*` : pattern;
  const deep = flat.endsWith('**');
  const star = flat.indexOf('*');
  return {
    bucket,
    pattern: deep ? flat.slice(0, -1) : flat,
    accepts: (name) => deep || !name.slice(star < 0 ? name.length : star).includes('/'),
  };
}

/** "match at least one of these regular expressions …, except for those that also match an item in exclude_regex"; none = all. Source: storage.proto. */
function planRegexes({ bucketName, includeRegex, excludeRegex }: NonNullable<FileSet['regexFileSet']>): FileSetPlan {
  const where = 'file_set.regex_file_set';
  if (bucketName === '') throw new ApiError('INVALID_ARGUMENT', `${where}.bucket_name must be set`);
  const compile = (patterns: readonly string[], field: string) =>
    patterns.map((pattern) => {
      try {
        return RE2JS.compile(pattern);
      } catch {
        throw new ApiError('INVALID_ARGUMENT', `${where}.${field} is no pattern of RE2: ${JSON.stringify(pattern)}`);
      }
    });
  const includes = compile(includeRegex, 'include_regex');
  const excludes = compile(excludeRegex, 'exclude_regex');
  return {
    bucket: bucketName,
    pattern: '*',
    accepts: (name) =>
      (includes.length === 0 || includes.some((regex) => regex.matches(name))) &&
      !excludes.some((regex) => regex.matches(name)),
  };
}
