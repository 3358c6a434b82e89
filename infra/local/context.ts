import type { Meter } from './meter.ts';
import type { State } from './state.ts';

/** What every service of the local cloud is built on. */
export interface Context {
  /** The folder that holds all data of this local cloud; absolute. */
  readonly dir: string;
  readonly project: string;
  /** Where the single region lies, as BigQuery spells it (`US`). */
  readonly location: string;
  readonly state: State;
  readonly meter: Meter;
  /** Seed of at-least-once delivery; absent = each message is delivered once, at once. */
  readonly seed: number | undefined;
}
