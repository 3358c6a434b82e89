/** google.privacy.dlp.v2.Value and the google.type messages inside it, as the kit decodes them. Source: dlp.proto, date.proto, timeofday.proto. */

export interface CivilDate {
  /** 1 to 9999; 0 where a date has no year. */
  year: number;
  month: number;
  day: number;
}

export interface TimeOfDay {
  hours: number;
  minutes: number;
  seconds: number;
  nanos: number;
}

export interface Timestamp {
  /** Seconds since 1970 as a decimal string. */
  seconds: string;
  nanos: number;
}

/** At most one field is set. With none set the cell is empty: it holds nothing to find and nothing to transform. */
export interface Value {
  /** 64-bit integer as a decimal string. */
  integerValue?: string;
  floatValue?: number;
  stringValue?: string;
  booleanValue?: boolean;
  timestampValue?: Timestamp | null;
  timeValue?: TimeOfDay | null;
  dateValue?: CivilDate | null;
  dayOfWeekValue?: string;
}

export interface FieldId {
  name: string;
}

export interface Row {
  values: Value[];
}

export interface Table {
  headers: FieldId[];
  rows: Row[];
}

export interface ByteContentItem {
  type: string;
  data: Buffer;
}

/** At most one of the four is set. */
export interface ContentItem {
  value?: string;
  table?: Table | null;
  byteItem?: ByteContentItem | null;
  conversation?: object | null;
}

/** A message without fields, such as RedactConfig: only its presence tells. */
export type Presence = object;
