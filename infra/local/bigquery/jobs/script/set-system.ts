import { SqlError, unsupported } from '../../sql/sql-error.ts';
import type { Rows, Run } from './run.ts';
import { isQueryLabel } from './settings.ts';
import type { ScriptState, Settings } from './state.ts';

/** The system variables that a script may set; of time zones only UTC. */
export async function setSystem(
  run: Run,
  state: ScriptState,
  name: string,
  sql: string,
  at: number,
  rows: Rows,
): Promise<void> {
  const [row] = await rows(`SELECT ${sql} AS c1`);
  const text = row?.c1 === null || row?.c1 === undefined ? undefined : String(row.c1);
  const set = (change: Settings) => {
    state.settings = { ...state.settings, ...change };
  };
  switch (name) {
    case 'time_zone':
      if (text !== 'UTC' && text !== 'Etc/UTC') throw unsupported('SET @@time_zone to another zone than UTC', at);
      return;
    case 'dataset_id':
    case 'dataset_project_id':
      if (text === undefined) throw unsupported(`SET @@${name} to NULL`, at);
      // Behind the dataset of a session's next job nothing of this one is known.
      if (run.session) throw unsupported(`SET @@${name} in a session`, at);
      set({ [name]: text });
      return;
    case 'query_label': {
      if (text !== undefined && !isQueryLabel(text))
        throw new SqlError(`@@query_label must be pairs of key:value with commas between them`, at);
      const { query_label: _, ...others } = state.settings ?? {};
      state.settings = { ...others, ...(text !== undefined && { query_label: text }) };
      return;
    }
  }
  throw new SqlError(`System variable @@${name} cannot be set`, at);
}
