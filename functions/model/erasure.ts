import type { BuildStepDone } from './build.ts';
import { digest } from './ids.ts';
import type { ObjectRef } from './run.ts';

/** A person's rows taken out of all that a source has made, and what is known of it afterwards. No part holds their values. */

/** What somebody asks for. */
export interface ErasureAsk {
  source: string;
  /** By column: the values that tell the person. */
  key: Readonly<Record<string, string>>;
  reason: string;
  /** Looks, and changes nothing. */
  dryRun: boolean;
}

/** `erasures/<id>/request.json`, create-only. */
export interface Erasure {
  v: 1;
  /** Made of nothing that is known of the person. */
  id: string;
  source: string;
  columns: readonly string[];
  /** E-mail address of the caller's verified token. */
  who: string;
  reason: string;
  dryRun: boolean;
  at: string;
}

/** Where an object lies that was looked through. `earlier` = a generation of the raw bucket that is live no more. */
export type ErasedPlace = 'raw' | 'earlier' | 'quarantine' | 'staging' | 'curated';

/** `erasures/<id>/looked/<digest>.json`: an object that needs no second look. */
export interface Looked extends ObjectRef {
  v: 1;
  place: ErasedPlace;
  /** Records or rows of the person. */
  rows: number;
  /** `found` = it was only looked for (a dry run). */
  outcome: 'clean' | 'found' | 'rewritten' | 'removed' | 'left';
  /** Why it was left. */
  why?: string;
}

export interface ErasedTable {
  table: string;
  rows: number;
  outcome: 'found' | 'deleted' | 'dropped';
}

/** What still has, or may have, the person: for somebody to see to. */
export interface Left {
  what: string;
  why: string;
  remedy: string;
}

/** A copy that a service keeps of what is gone, and until when. */
export interface LastCopy {
  what: string;
  why: string;
  /** RFC 3339. */
  until: string;
}

/** `erasures/<id>.json` */
export interface ErasureReport extends Erasure {
  endedAt: string;
  /** `incomplete` = see `left`; `planned` = a dry run. */
  outcome: 'erased' | 'incomplete' | 'failed' | 'planned';
  /** Objects that were looked through, all told. */
  looked: number;
  objects: readonly Omit<Looked, 'v'>[];
  tables: readonly ErasedTable[];
  transforms: readonly Pick<BuildStepDone, 'transform' | 'outcome' | 'message'>[];
  left: readonly Left[];
  copies: readonly LastCopy[];
  /** When the last copy is gone, RFC 3339; null = not before what is left has been seen to. */
  goneAt: string | null;
  /** What Sluice cannot see. */
  notes: readonly string[];
}

/** `erasures/<id>/table.json`: what was done to the table while no load could come between. */
export interface TableDone {
  v: 1;
  /** The batch that kept loads out. */
  n: number;
  tables: readonly ErasedTable[];
  left: readonly Left[];
  notes: readonly string[];
}

const folder = (id: string): string => `erasures/${id}/`;
export const erasureName = (id: string): string => `${folder(id)}request.json`;
export const reportName = (id: string): string => `erasures/${id}.json`;
export const lookedPrefix = (id: string): string => `${folder(id)}looked/`;
export const lookedName = (id: string, object: ObjectRef): string => `${lookedPrefix(id)}${objectDigest(object)}.json`;
/** An object of this name and generation is about to be written anew. */
export const intentName = (id: string, object: ObjectRef): string =>
  `${folder(id)}intents/${objectDigest(object)}.json`;
export const fenceName = (id: string): string => `${folder(id)}fence.json`;
export const tableDoneName = (id: string): string => `${folder(id)}table.json`;
/** There as long as the erasure goes on: what a sweep looks for. */
export const UNDER_WAY = 'erasing/';
export const underWayName = (id: string): string => `${UNDER_WAY}${id}.json`;
/** In the staging bucket, which is raw-classified: the only places with the person's values, until the erasure ends. */
export const keyName = (id: string): string => `erasures/${id}.json`;
export const keyRowsName = (id: string): string => `erasures/${id}.ndjson`;
/** Whose values an object of the staging bucket holds, by its name. */
export const erasureOfKey = (name: string): string | undefined => /^erasures\/(.*)\.(json|ndjson)$/.exec(name)?.[1];

export const objectDigest = ({ bucket, name, generation }: ObjectRef): string => digest([bucket, name, generation], 40);

/** `successors/<digest>.json`: what stands for a generation that is gone since an erasure has rewritten it. Create-only. */
export interface Successor {
  v: 1;
  erasure: string;
  object: ObjectRef;
  successor: ObjectRef;
}

export const successorName = (object: ObjectRef): string => `successors/${objectDigest(object)}.json`;

/** Metadata of an object that an erasure has written: which one, in place of which generation, less how many records. */
export const ERASURE = 'sluice-erasure';
export const SUCCEEDS = 'sluice-succeeds';
export const ERASED_ROWS = 'sluice-erased-rows';
/** The predecessor lay in the raw bucket, live no more. */
export const FROM_RAW = 'sluice-succeeds-raw';

/** Where an earlier generation's successor lies, in quarantine, which a replay reads and which does not keep it for ever. */
export const earlierName = (source: string, object: ObjectRef): string =>
  `erased/${source}/${objectDigest(object)}/${object.name}`;
