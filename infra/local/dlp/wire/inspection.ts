import type { WireTime } from '../../wire-time.ts';
import type { ContentItem, FieldId, Presence } from './value.ts';

/** google.privacy.dlp.v2: what is looked for and what was found, as the kit decodes it (absent messages are null). Source: dlp.proto, storage.proto. */

export interface InfoType {
  name: string;
  version?: string;
}

export type LikelihoodName =
  | 'LIKELIHOOD_UNSPECIFIED'
  | 'VERY_UNLIKELY'
  | 'UNLIKELY'
  | 'POSSIBLE'
  | 'LIKELY'
  | 'VERY_LIKELY';

export interface Dictionary {
  wordList?: { words: string[] } | null;
  cloudStoragePath?: { path: string } | null;
}

export interface Regex {
  pattern: string;
  groupIndexes: number[];
}

export interface Proximity {
  windowBefore: number;
  windowAfter: number;
}

export interface LikelihoodAdjustment {
  fixedLikelihood?: LikelihoodName;
  relativeLikelihood?: number;
}

export interface HotwordRule {
  hotwordRegex: Regex | null;
  proximity: Proximity | null;
  likelihoodAdjustment: LikelihoodAdjustment | null;
}

export interface CustomInfoType {
  infoType: InfoType | null;
  likelihood: LikelihoodName;
  dictionary?: Dictionary | null;
  regex?: Regex | null;
  surrogateType?: Presence | null;
  storedType?: { name: string } | null;
  /** Its dictionary or regex is a stored infoType's, which Google's limits on a request's own do not count. */
  stored?: boolean;
  metadataKeyValueExpression?: object | null;
  detectionRules: { hotwordRule?: HotwordRule | null }[];
  exclusionType: string;
}

export interface ExclusionRule {
  dictionary?: Dictionary | null;
  regex?: Regex | null;
  excludeInfoTypes?: { infoTypes: InfoType[] } | null;
  excludeByHotword?: { hotwordRegex: Regex | null; proximity: Proximity | null } | null;
  excludeByImageFindings?: object | null;
  matchingType: string;
}

export interface AdjustmentRule {
  adjustByMatchingInfoTypes?: { infoTypes: InfoType[]; minLikelihood: LikelihoodName } | null;
  adjustByImageFindings?: object | null;
  likelihoodAdjustment: LikelihoodAdjustment | null;
}

export interface InspectionRule {
  hotwordRule?: HotwordRule | null;
  exclusionRule?: ExclusionRule | null;
  adjustmentRule?: AdjustmentRule | null;
}

export interface InspectionRuleSet {
  infoTypes: InfoType[];
  rules: InspectionRule[];
}

export interface FindingLimits {
  maxFindingsPerItem: number;
  maxFindingsPerRequest: number;
  maxFindingsPerInfoType: { infoType: InfoType | null; maxFindings: number }[];
}

export interface InspectConfig {
  infoTypes: InfoType[];
  minLikelihood: LikelihoodName;
  minLikelihoodPerInfoType: { infoType: InfoType | null; minLikelihood: LikelihoodName }[];
  limits: FindingLimits | null;
  includeQuote: boolean;
  excludeInfoTypes: boolean;
  customInfoTypes: CustomInfoType[];
  ruleSet: InspectionRuleSet[];
}

export interface InspectContentRequest {
  parent: string;
  inspectConfig: InspectConfig | null;
  item: ContentItem | null;
  inspectTemplateName: string;
}

export interface ListInfoTypesRequest {
  parent: string;
  languageCode: string;
  filter: string;
}

export interface Range {
  start: string;
  end: string;
}

export interface FindingMessage {
  quote?: string;
  infoType?: InfoType;
  likelihood: LikelihoodName;
  location: {
    byteRange: Range;
    codepointRange: Range;
    contentLocations?: { recordLocation: { fieldId?: FieldId; tableLocation: { rowIndex: string } } }[];
  };
  createTime: WireTime;
  quoteInfo?: object;
  findingId: string;
}
