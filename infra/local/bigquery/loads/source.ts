import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { JobFailure } from '../errors.ts';
import type { Engine } from '../jobs/engine.ts';
import type { LoadConfiguration } from '../jobs/job.ts';

export interface SourceFile {
  /** As BigQuery names it in errors. */
  uri: string;
  path: string;
  size: number;
  gzip: boolean;
}

/** BigQuery's own limit of URIs in one load. Source: cloud.google.com/bigquery/quotas#load_jobs */
const MAX_URIS = 10_000;

/** The files of a load: the objects that its URIs match, or the file that its upload brought. */
export function findSources(engine: Engine, load: LoadConfiguration, upload: string | undefined): SourceFile[] {
  const uris = load.sourceUris ?? [];
  if (upload !== undefined) return [file('upload', upload, statSync(upload).size)];
  if (uris.length === 0) throw new JobFailure('invalid', 'Required parameter is missing: sourceUris');
  if (uris.length > MAX_URIS)
    throw new JobFailure('invalid', `Too many source URIs: ${uris.length}. Limit is ${MAX_URIS}.`);
  return uris.flatMap((uri) => {
    const match = /^gs:\/\/([^/]+)\/(.+)$/s.exec(uri);
    const [, bucket = '', pattern = ''] = match ?? [];
    if (!match) throw new JobFailure('invalid', `Invalid source URI: ${uri}: it must be gs://bucket/object`);
    if (bucket.includes('*'))
      throw new JobFailure('invalid', `Invalid source URI: ${uri}: a '*' wildcard must come after the bucket's name`);
    if (pattern.split('*').length > 2)
      throw new JobFailure('invalid', `Invalid source URI: ${uri}: only one '*' wildcard is allowed`);
    const found = engine.files.match(bucket, pattern);
    if (found.length === 0) throw new JobFailure('notFound', `Not found: URI ${uri}`);
    return found.map((object) => file(`gs://${bucket}/${object.name}`, object.path, object.size));
  });
}

function file(uri: string, path: string, size: number): SourceFile {
  return { uri, path, size, gzip: hasGzipMagic(path) };
}

/** Compression is told by content: a name may say anything. */
function hasGzipMagic(path: string): boolean {
  const handle = openSync(path, 'r');
  try {
    const head = Buffer.alloc(2);
    return readSync(handle, head, 0, 2, 0) === 2 && head[0] === 0x1f && head[1] === 0x8b;
  } finally {
    closeSync(handle);
  }
}
