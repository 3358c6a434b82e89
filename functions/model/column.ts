/** A column of a source: its type in the warehouse and how its values are protected. */

/** BigQuery's type names; NUMERIC and BIGNUMERIC may carry precision and scale, as in `NUMERIC(10,2)`. */
export type ScalarType =
  | 'STRING'
  | 'BYTES'
  | 'INT64'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BIGNUMERIC'
  | 'BOOL'
  | 'DATE'
  | 'DATETIME'
  | 'TIME'
  | 'TIMESTAMP'
  | 'JSON';

export type ColumnType = ScalarType | 'RECORD';

export interface Column {
  /** Name in the warehouse. */
  name: string;
  /** Name in the file: the header's, the key's or the Parquet column's. */
  from: string;
  type: ColumnType;
  /** Only for NUMERIC and BIGNUMERIC. */
  precision?: number;
  scale?: number;
  mode: 'nullable' | 'required' | 'repeated';
  /** strptime pattern of DATE, DATETIME and TIMESTAMP text; absent = ISO 8601 and BigQuery's canonical form. */
  format?: string;
  description?: string;
  /** Applied to text before anything else sees it, so that equal values get equal tokens. */
  normalize: readonly Normalization[];
  /** Of a RECORD: `drop`, or `public`, which says nothing of its fields; each of them has its own. */
  privacy: Privacy;
  /** Only for RECORD. */
  fields?: readonly Column[];
}

export type Normalization = 'trim' | 'lower' | 'upper' | 'digits' | 'collapse_spaces';

/**
 * What happens to a column's values before they may enter the curated bucket. Columns that it refers to go by their path
 * from the top, `customer.id`; they are single values in the same row, or in the same element of a list.
 */
export type Privacy =
  | { kind: 'public'; allow: readonly string[] }
  | { kind: 'drop' }
  /** `allow`: findings that are expected in the rows that `when` leaves as they are. */
  | { kind: 'transform'; transform: Transformation; when?: Condition; allow?: readonly string[] };

/** DLP's primitives under the names that declarations use. */
export type Transformation =
  | { kind: 'tokenize'; key: string; tweak?: string }
  | { kind: 'fpe'; key: string; alphabet: Alphabet; tweak?: string; surrogate?: string }
  | { kind: 'hash'; key: string }
  | { kind: 'mask'; with: string; keepLast?: number; keepFirst?: number; ignore?: string }
  | { kind: 'redact' }
  | { kind: 'replace'; with: string }
  | { kind: 'dictionary'; words: readonly string[] }
  | { kind: 'date_shift'; days: number; by: string; key: string }
  | { kind: 'bucket'; size: number; min: number; max: number }
  | { kind: 'bucket'; ranges: readonly Range[] }
  | { kind: 'time_part'; part: 'YEAR' | 'MONTH' | 'DAY_OF_MONTH' | 'DAY_OF_WEEK' | 'WEEK_OF_YEAR' | 'HOUR_OF_DAY' }
  | ({ kind: 'redact_findings'; infoTypes: readonly string[]; minLikelihood: Likelihood } & Replacements & OwnRules)
  // DLP's own messages as the declaration has them; contexts name columns of the source, keys are `{ keyName }`.
  | { kind: 'dlp'; primitive: Readonly<Record<string, object>>; keys: readonly string[]; context?: string }
  | { kind: 'dlp'; findings: object; inspect: object; keys: readonly string[]; context?: string }
  // Full names of stored templates, which must not have been changed after `asOf`, RFC 3339.
  | {
      kind: 'template';
      deidentify: string;
      inspect?: string;
      madeFor: 'info_types' | 'records';
      context?: string;
      asOf?: string;
    };

/** What stands for a finding: for all of them, and for those of single infoTypes. */
interface Replacements {
  with: Replacement;
  each?: Readonly<Record<string, Replacement>>;
}

export type Replacement = 'info_type' | 'nothing' | 'mask' | { text: string } | { tokenize: string };

/** What to look for beside DLP's own infoTypes, what is no finding after all, and what makes one likelier. */
interface OwnRules {
  custom?: readonly CustomInfoType[];
  except?: readonly Exclusion[];
  near?: readonly Hotword[];
}

/** Words in any case, or an RE2 pattern. */
export type Wording = { words: readonly string[] } | { pattern: string };

export type CustomInfoType = Wording & { name: string; likelihood?: Likelihood };

/** A finding of these infoTypes that is, as a whole, such a text; without infoTypes, of any. */
export type Exclusion = Wording & { infoTypes?: readonly string[] };

/** A finding of these infoTypes within so many characters of the pattern has this likelihood; without infoTypes, of any. */
export interface Hotword {
  infoTypes?: readonly string[];
  pattern: string;
  before: number;
  after: number;
  likelihood: Likelihood;
}

/** What format-preserving encryption writes its values with: an alphabet of DLP's, characters, or the first `radix` of DLP's list. */
export type Alphabet =
  | 'NUMERIC'
  | 'HEXADECIMAL'
  | 'UPPER_CASE_ALPHA_NUMERIC'
  | 'ALPHA_NUMERIC'
  | { characters: string }
  | { radix: number };

/** [min, max), and what stands for a number in it; an absent end is open. */
export interface Range {
  min?: number;
  max?: number;
  with: string;
}

export type Likelihood = 'VERY_UNLIKELY' | 'UNLIKELY' | 'POSSIBLE' | 'LIKELY' | 'VERY_LIKELY';

/** Holds for a row when all tests hold; a NULL holds only for `is_null`. Compared as text, before normalization. */
export type Condition = readonly Test[];

export type Test =
  | { column: string; op: 'in' | 'not_in'; values: readonly string[] }
  | { column: string; op: 'matches'; pattern: string }
  | { column: string; op: 'is_null' | 'is_not_null' };
