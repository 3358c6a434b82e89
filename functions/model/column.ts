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
  privacy: Privacy;
  /** Only for RECORD. */
  fields?: readonly Column[];
}

export type Normalization = 'trim' | 'lower' | 'upper' | 'digits' | 'collapse_spaces';

/** What happens to a column's values before they may enter the curated bucket. */
export type Privacy =
  | { kind: 'public'; allow: readonly string[] }
  | { kind: 'drop' }
  | { kind: 'transform'; transform: Transformation; when?: Condition };

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
  | {
      kind: 'redact_findings';
      infoTypes: readonly string[];
      minLikelihood: Likelihood;
      with: 'info_type' | 'nothing' | 'mask';
    };

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
