/** One request: a table whose cells are de-identified, and how. Built by render/dlp.ts; its shape is DLP's own. */
export interface DeidentifyRequest {
  /** google.privacy.dlp.v2.DeidentifyConfig as JSON; keys are named, the adapter puts them in. */
  deidentifyConfig: object;
  inspectConfig?: object;
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

/** Where DLP found what; never the value itself. */
export interface Finding {
  infoType: string;
  /** Of the request's headers. */
  column: string;
  /** Index into the request's rows. */
  row: number;
}
