import type { Surroundings, TableInfo } from '../sql/analyze/analysis.ts';
import type { Plan } from '../sql/analyze/statement.ts';
import { tokenize } from '../sql/parse/lexer.ts';
import { type Engine, nameOf } from './engine.ts';
import type { Job } from './job.ts';
import type { Run } from './script/run.ts';

/** A query's result is answered from for about a day. Source: cloud.google.com/bigquery/docs/cached-results */
export const RESULT_LIFE_MS = 24 * 60 * 60 * 1000;
const KEPT = 1000;

/** Results change from one run to the next where one of these stands in the text; a column of such a name costs only the cache. */
const NONDETERMINISTIC = new Set(
  'CURRENT_DATE CURRENT_DATETIME CURRENT_TIME CURRENT_TIMESTAMP RAND GENERATE_UUID SESSION_USER TABLESAMPLE SYSTEM_TIME EXTERNAL_QUERY ENCRYPT NEW_KEYSET NEW_WRAPPED_KEYSET ROTATE_KEYSET ROTATE_WRAPPED_KEYSET REWRAP_KEYSET ADD_KEY_FROM_RAW_BYTES'.split(
    ' ',
  ),
);

/** A question, and the state of the tables that its answer was or would be read from. */
export interface CacheRequest {
  key: string;
  state: string;
}

/** Results by their question. They are kept in memory: a restart begins without. */
export interface ResultCache {
  /** The job whose result answers the question as the tables are now. */
  find(request: CacheRequest, now: number): Job | undefined;
  keep(request: CacheRequest, job: Job): void;
}

export function createResultCache(): ResultCache {
  const kept = new Map<string, { state: string; job: Job }>();
  return {
    find({ key, state }, now) {
      const entry = kept.get(key);
      if (!entry) return undefined;
      const { job } = entry;
      if (entry.state === state && job.result && (job.ended ?? 0) + RESULT_LIFE_MS > now) return job;
      kept.delete(key);
      return undefined;
    },
    keep({ key, state }, job) {
      kept.delete(key);
      kept.set(key, { state, job });
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
    },
  };
}

/** What a statement's names were found to be. */
export interface Noted {
  surroundings: Surroundings;
  tables: Map<string, TableInfo>;
  /** Something else than tables and views: a wildcard, a function, a system variable. */
  isOpen(): boolean;
}

export function noting(surroundings: Surroundings): Noted {
  const tables = new Map<string, TableInfo>();
  let open = false;
  return {
    tables,
    isOpen: () => open,
    surroundings: {
      ...surroundings,
      findTable(path, at, defaults) {
        const info = surroundings.findTable(path, at, defaults);
        tables.set(nameOf(info), info);
        return info;
      },
      findWildcard(path, at, defaults) {
        open = true;
        return surroundings.findWildcard(path, at, defaults);
      },
      findFunction(path) {
        const found = surroundings.findFunction(path);
        open ||= found !== undefined;
        return found;
      },
      findTableFunction(path) {
        const found = surroundings.findTableFunction(path);
        open ||= found !== undefined;
        return found;
      },
      system(name, at) {
        open = true;
        return surroundings.system(name, at);
      },
    },
  };
}

/** The question that a query puts, where its answer may be kept at all. The plan was made with the noted names. */
export function cacheRequest(run: Run, plan: Plan, noted: Noted): CacheRequest | undefined {
  const { engine, query, execution } = run;
  if (plan.kind !== 'query' || run.script.isScript || noted.isOpen()) return undefined;
  if (run.session || query.useQueryCache === false || query.destinationTable?.tableId) return undefined;
  const text = query.query ?? '';
  if (!isDeterministic(text)) return undefined;
  const states: string[] = [];
  for (const [name, info] of [...noted.tables].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const state = stateOf(engine, info);
    if (state === undefined) return undefined;
    states.push(`${name} ${state}`);
  }
  const { defaultDataset, parameterMode, queryParameters } = query;
  return {
    key: JSON.stringify([execution.job.project, text, defaultDataset, parameterMode, queryParameters]),
    state: states.join('\n'),
  };
}

/** Two states of a table or view differ where its rows may; undefined where no one counts them. */
function stateOf(engine: Engine, info: TableInfo): string | undefined {
  const record = engine.catalog.table(info);
  if (!record || (record.view !== undefined && !isDeterministic(record.view))) return undefined;
  return record.view ?? `${record.physical} ${engine.catalog.version(record)}`;
}

const isDeterministic = (text: string) =>
  !tokenize(text).some(
    ({ kind, text: own }) => (kind === 'name' || kind === 'quoted') && NONDETERMINISTIC.has(own.toUpperCase()),
  );
