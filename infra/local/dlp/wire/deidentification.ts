import type { InfoType, InspectConfig } from './inspection.ts';
import type { ContentItem, FieldId, Presence, Value } from './value.ts';

/** google.privacy.dlp.v2: how values change, as the kit decodes it (absent messages are null). Source: dlp.proto. */

export interface CryptoKey {
  transient?: { name: string } | null;
  unwrapped?: { key: Buffer } | null;
  kmsWrapped?: { wrappedKey: Buffer; cryptoKeyName: string } | null;
}

export interface CharacterMaskConfig {
  maskingCharacter: string;
  numberToMask: number;
  reverseOrder: boolean;
  charactersToIgnore: { charactersToSkip?: string; commonCharactersToIgnore?: string }[];
}

export interface CryptoDeterministicConfig {
  cryptoKey: CryptoKey | null;
  surrogateInfoType: InfoType | null;
  context: FieldId | null;
}

export interface CryptoReplaceFfxFpeConfig {
  cryptoKey: CryptoKey | null;
  context: FieldId | null;
  commonAlphabet?: string;
  customAlphabet?: string;
  radix?: number;
  surrogateInfoType: InfoType | null;
}

export interface FixedSizeBucketingConfig {
  lowerBound: Value | null;
  upperBound: Value | null;
  bucketSize: number;
}

export interface BucketingConfig {
  buckets: { min: Value | null; max: Value | null; replacementValue: Value | null }[];
}

export interface DateShiftConfig {
  upperBoundDays: number;
  lowerBoundDays: number;
  context: FieldId | null;
  cryptoKey?: CryptoKey | null;
}

/** Exactly one field is set. */
export interface PrimitiveTransformation {
  replaceConfig?: { newValue: Value | null } | null;
  redactConfig?: Presence | null;
  characterMaskConfig?: CharacterMaskConfig | null;
  cryptoReplaceFfxFpeConfig?: CryptoReplaceFfxFpeConfig | null;
  fixedSizeBucketingConfig?: FixedSizeBucketingConfig | null;
  bucketingConfig?: BucketingConfig | null;
  replaceWithInfoTypeConfig?: Presence | null;
  timePartConfig?: { partToExtract: string } | null;
  cryptoHashConfig?: { cryptoKey: CryptoKey | null } | null;
  dateShiftConfig?: DateShiftConfig | null;
  cryptoDeterministicConfig?: CryptoDeterministicConfig | null;
  replaceDictionaryConfig?: { wordList?: { words: string[] } | null } | null;
}

export interface InfoTypeTransformation {
  infoTypes: InfoType[];
  primitiveTransformation: PrimitiveTransformation | null;
}

export interface InfoTypeTransformations {
  transformations: InfoTypeTransformation[];
}

export interface Condition {
  field: FieldId | null;
  operator: string;
  value: Value | null;
}

export interface RecordCondition {
  expressions: { logicalOperator: string; conditions?: { conditions: Condition[] } | null } | null;
}

export interface FieldTransformation {
  fields: FieldId[];
  condition: RecordCondition | null;
  primitiveTransformation?: PrimitiveTransformation | null;
  infoTypeTransformations?: InfoTypeTransformations | null;
}

export interface RecordSuppression {
  condition: RecordCondition | null;
}

export interface RecordTransformations {
  fieldTransformations: FieldTransformation[];
  recordSuppressions: RecordSuppression[];
}

export interface DeidentifyConfig {
  infoTypeTransformations?: InfoTypeTransformations | null;
  recordTransformations?: RecordTransformations | null;
  imageTransformations?: object | null;
  transformationErrorHandling: { throwError?: Presence | null; leaveUntransformed?: Presence | null } | null;
}

export interface DeidentifyContentRequest {
  parent: string;
  deidentifyConfig: DeidentifyConfig | null;
  inspectConfig: InspectConfig | null;
  item: ContentItem | null;
  inspectTemplateName: string;
  deidentifyTemplateName: string;
}

export interface ReidentifyContentRequest {
  parent: string;
  reidentifyConfig: DeidentifyConfig | null;
  inspectConfig: InspectConfig | null;
  item: ContentItem | null;
  inspectTemplateName: string;
  reidentifyTemplateName: string;
}

/** Exactly one of `transformation`, `fieldTransformations` and `recordSuppress` is set. */
export interface TransformationSummary {
  infoType?: InfoType;
  field?: FieldId;
  transformation?: PrimitiveTransformation;
  fieldTransformations?: FieldTransformation[];
  recordSuppress?: RecordSuppression;
  results: { count: string; code: 'SUCCESS' | 'ERROR'; details?: string }[];
  transformedBytes: string;
}

export interface TransformationOverview {
  transformedBytes: string;
  transformationSummaries: TransformationSummary[];
}

export interface TransformedContent {
  item: ContentItem;
  overview: TransformationOverview;
}
