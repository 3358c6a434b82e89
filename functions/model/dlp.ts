/** One request: a table whose cells are de-identified, and how. Built by render/dlp.ts; its shape is DLP's own. */
export interface DeidentifyRequest {
  /** google.privacy.dlp.v2.DeidentifyConfig as JSON; keys are named, the adapter puts them in. */
  deidentifyConfig?: object;
  inspectConfig?: object;
  /** Full names of stored templates, in place of the two. */
  deidentifyTemplateName?: string;
  inspectTemplateName?: string;
  headers: readonly string[];
  /** DLP's rows: every one has a cell a header. */
  rows: { values: Cell[] }[];
}

/** DLP's Value: dates travel as dates so that they can be shifted. */
export type Cell =
  | { stringValue: string }
  | { integerValue: string }
  | { floatValue: number }
  | { dateValue: { year: number; month: number; day: number } }
  | { timestampValue: { seconds: string; nanos: number } };

/** One look at values that claim to hold nothing personal. */
export interface InspectRequest {
  /** google.privacy.dlp.v2.InspectConfig as JSON. */
  inspectConfig: object;
  headers: readonly string[];
  rows: { values: Cell[] }[];
}

/** One request: a table whose cells are turned back into what they were made of. */
export interface ReidentifyRequest {
  /** google.privacy.dlp.v2.DeidentifyConfig as JSON, of reversible transformations; keys are named, the adapter puts them in. */
  reidentifyConfig: object;
  headers: readonly string[];
  rows: { values: Cell[] }[];
}

/** Where DLP found what; never the value itself. */
export interface Finding {
  infoType: string;
  /** Of the request's headers. */
  column: string;
  /** Index into the request's rows. */
  row: number;
}

/** What is to be known of a stored template before it is used. */
export type StoredTemplate = DeidentifyTemplate | InspectTemplate;

export interface DeidentifyTemplate {
  kind: 'deidentify';
  /** RFC 3339. */
  updatedAt: string;
  /** `nothing`: it has no transformation that is known here, and DLP would let everything through as it is. */
  madeFor: 'info_types' | 'records' | 'images' | 'nothing';
  /** Of info_types: what of the findings is transformed. */
  transforms: Transformed;
  /** Of records: which fields each of its transformations names, and what in them it transforms. */
  fields: { names: string[]; isConditional: boolean; transforms: Transformed }[];
  suppressesRecords: boolean;
}

/** All that is found, or findings of these infoTypes only. */
export type Transformed = 'all' | readonly string[];

export interface InspectTemplate {
  kind: 'inspect';
  /** RFC 3339. */
  updatedAt: string;
  /** Names of what it looks for, its own infoTypes among them; empty: DLP chooses. */
  infoTypes: readonly string[];
  limitsFindings: boolean;
}
