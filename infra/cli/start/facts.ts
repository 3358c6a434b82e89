import type { BuildStepDone } from '../../../functions/model/build.ts';
import type { NightReport } from '../../../functions/model/report.ts';
import type { DlpUsage, Reason, Reject, RunState } from '../../../functions/model/run.ts';
import type { Bill } from '../../bill/bill.ts';
import type { Json } from '../query/decode-row.ts';

/** What the main job has seen: `--json` prints it as it is, the summary tells it. */
export interface Facts {
  /** Folder of the local cloud. */
  data: string;
  release: string;
  files: FileFact[];
  rejects: RejectFact[];
  dlp: DlpFact;
  tables: TableFact[];
  transforms: TransformFact[];
  commands: CommandFact[];
  bill: Bill;
  /** What is not as it should be; empty = everything is. */
  failures: string[];
  milliseconds: number;
}

export interface FileFact {
  name: string;
  size: number;
  source: string;
  run: string;
  state: RunState;
  /** Of the file, good or bad. */
  records: number;
  rows: number;
  rejects: number;
  reasons: readonly Reason[];
}

export interface RejectFact extends Reject {
  object: string;
  /** Why, in words. */
  text: string;
}

export interface DlpFact extends DlpUsage {
  /** USD at list price. */
  cost: number;
  /** The same files as whole rows: bytes of text, and USD for inspecting and transforming all of them. */
  wholeRows: { bytes: number; cost: number };
}

export interface TableFact {
  id: string;
  rows: number;
  columns: { name: string; protection: string }[];
  /** Columns of the files that are in no table. */
  dropped: string[];
  /** A few rows as they stand in the warehouse; only of the tables that show most. */
  sample: { [column: string]: Json }[];
}

export interface TransformFact {
  id: string;
  kind: string;
  version: string;
  rows: number | undefined;
  /** How often its turn came after a load, and what became of it. */
  built: number;
  skipped: number;
  failed: number;
}

/** A command that was carried out, and what it showed. */
export interface CommandFact {
  command: string;
  night?: NightReport;
  steps?: BuildStepDone[];
  /** Why it failed, where it is not a step that did. */
  error?: string;
  query?: { columns: string[]; rows: { [column: string]: Json }[]; bytesBilled: number };
}
