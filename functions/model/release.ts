import type { Source } from './source.ts';
import type { Transform } from './transform.ts';

/**
 * All declarations compiled into one immutable artifact: `releases/<id>.json` in the state bucket.
 * Functions read only this; none parses YAML or SQL.
 */
export interface Release {
  v: 1;
  /** The commit's SHA, or `dev-` and a content hash. */
  id: string;
  sources: readonly Source[];
  /** In topological order: each after its inputs. */
  transforms: readonly Transform[];
}

/** `releases/current.json` */
export interface CurrentRelease {
  v: 1;
  id: string;
  at: string;
}

export const releaseName = (id: string): string => `releases/${id}.json`;
export const CURRENT_RELEASE = 'releases/current.json';
