/** What Sluice tells the world, on the events topic: at least once, unordered; `id` is the same for a repeat. */
export interface SluiceEvent {
  v: 1;
  id: string;
  type: EventType;
  at: string;
  /** Source, table or transform that it concerns, `<dataset>.<name>`. */
  subject: string;
  run?: string;
  epoch?: number;
  /** Names, counts and codes; never a row's value. */
  detail: Record<string, unknown>;
}

export type EventType =
  | 'run.loaded'
  | 'run.rejects'
  | 'run.quarantined'
  | 'run.superseded'
  | 'run.vanished'
  | 'transform.done'
  | 'transform.failed'
  | 'build.done'
  | 'freshness.missed'
  | 'sweep.done'
  | 'privacy.finding'
  | 'privacy.reidentified'
  | 'privacy.forgotten';
