/**
 * The messages of google.privacy.dlp.v2 that a verbatim `dlp` may hold, by name; their fields by their JSON names. A field
 * reads `[]` if repeated, then a message, an enum or a scalar of protobuf, then the oneof that it stands in. Left out is what
 * concerns images and files; a test holds the rest against the client's own definition.
 */
export const MESSAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PrimitiveTransformation: {
    replaceConfig: 'ReplaceValueConfig transformation',
    redactConfig: 'RedactConfig transformation',
    characterMaskConfig: 'CharacterMaskConfig transformation',
    cryptoReplaceFfxFpeConfig: 'CryptoReplaceFfxFpeConfig transformation',
    fixedSizeBucketingConfig: 'FixedSizeBucketingConfig transformation',
    bucketingConfig: 'BucketingConfig transformation',
    replaceWithInfoTypeConfig: 'ReplaceWithInfoTypeConfig transformation',
    timePartConfig: 'TimePartConfig transformation',
    cryptoHashConfig: 'CryptoHashConfig transformation',
    dateShiftConfig: 'DateShiftConfig transformation',
    cryptoDeterministicConfig: 'CryptoDeterministicConfig transformation',
    replaceDictionaryConfig: 'ReplaceDictionaryConfig transformation',
  },
  ReplaceValueConfig: {
    newValue: 'Value',
  },
  Value: {
    integerValue: 'int64 type',
    floatValue: 'double type',
    stringValue: 'string type',
    booleanValue: 'bool type',
    timestampValue: 'Timestamp type',
    timeValue: 'TimeOfDay type',
    dateValue: 'Date type',
    dayOfWeekValue: 'DayOfWeek type',
  },
  TimeOfDay: {
    hours: 'int32',
    minutes: 'int32',
    seconds: 'int32',
    nanos: 'int32',
  },
  Date: {
    year: 'int32',
    month: 'int32',
    day: 'int32',
  },
  RedactConfig: {},
  CharacterMaskConfig: {
    maskingCharacter: 'string',
    numberToMask: 'int32',
    reverseOrder: 'bool',
    charactersToIgnore: '[]CharsToIgnore',
  },
  CharsToIgnore: {
    charactersToSkip: 'string characters',
    commonCharactersToIgnore: 'CommonCharsToIgnore characters',
  },
  CryptoReplaceFfxFpeConfig: {
    cryptoKey: 'CryptoKey',
    context: 'FieldId',
    commonAlphabet: 'FfxCommonNativeAlphabet alphabet',
    customAlphabet: 'string alphabet',
    radix: 'int32 alphabet',
    surrogateInfoType: 'InfoType',
  },
  FieldId: {
    name: 'string',
  },
  InfoType: {
    name: 'string',
    version: 'string',
    sensitivityScore: 'SensitivityScore',
  },
  SensitivityScore: {
    score: 'SensitivityScoreLevel',
  },
  FixedSizeBucketingConfig: {
    lowerBound: 'Value',
    upperBound: 'Value',
    bucketSize: 'double',
  },
  BucketingConfig: {
    buckets: '[]Bucket',
  },
  Bucket: {
    min: 'Value',
    max: 'Value',
    replacementValue: 'Value',
  },
  ReplaceWithInfoTypeConfig: {},
  TimePartConfig: {
    partToExtract: 'TimePart',
  },
  CryptoHashConfig: {
    cryptoKey: 'CryptoKey',
  },
  DateShiftConfig: {
    upperBoundDays: 'int32',
    lowerBoundDays: 'int32',
    context: 'FieldId',
    cryptoKey: 'CryptoKey method',
  },
  CryptoDeterministicConfig: {
    cryptoKey: 'CryptoKey',
    surrogateInfoType: 'InfoType',
    context: 'FieldId',
  },
  ReplaceDictionaryConfig: {
    wordList: 'WordList type',
  },
  WordList: {
    words: '[]string',
  },
  InfoTypeTransformations: {
    transformations: '[]InfoTypeTransformation',
  },
  InfoTypeTransformation: {
    infoTypes: '[]InfoType',
    primitiveTransformation: 'PrimitiveTransformation',
  },
  InspectConfig: {
    infoTypes: '[]InfoType',
    minLikelihood: 'Likelihood',
    minLikelihoodPerInfoType: '[]InfoTypeLikelihood',
    limits: 'FindingLimits',
    includeQuote: 'bool',
    excludeInfoTypes: 'bool',
    customInfoTypes: '[]CustomInfoType',
    ruleSet: '[]InspectionRuleSet',
  },
  InfoTypeLikelihood: {
    infoType: 'InfoType',
    minLikelihood: 'Likelihood',
  },
  FindingLimits: {
    maxFindingsPerItem: 'int32',
    maxFindingsPerRequest: 'int32',
    maxFindingsPerInfoType: '[]InfoTypeLimit',
  },
  InfoTypeLimit: {
    infoType: 'InfoType',
    maxFindings: 'int32',
  },
  CustomInfoType: {
    infoType: 'InfoType',
    likelihood: 'Likelihood',
    dictionary: 'Dictionary type',
    regex: 'Regex type',
    surrogateType: 'SurrogateType type',
    storedType: 'StoredType type',
    detectionRules: '[]DetectionRule',
    exclusionType: 'ExclusionType',
    sensitivityScore: 'SensitivityScore',
  },
  Dictionary: {
    wordList: 'WordList source',
    cloudStoragePath: 'CloudStoragePath source',
  },
  CloudStoragePath: {
    path: 'string',
  },
  Regex: {
    pattern: 'string',
    groupIndexes: '[]int32',
  },
  SurrogateType: {},
  StoredType: {
    name: 'string',
  },
  DetectionRule: {
    hotwordRule: 'HotwordRule type',
  },
  HotwordRule: {
    hotwordRegex: 'Regex',
    proximity: 'Proximity',
    likelihoodAdjustment: 'LikelihoodAdjustment',
  },
  Proximity: {
    windowBefore: 'int32',
    windowAfter: 'int32',
  },
  LikelihoodAdjustment: {
    fixedLikelihood: 'Likelihood adjustment',
    relativeLikelihood: 'int32 adjustment',
  },
  InspectionRuleSet: {
    infoTypes: '[]InfoType',
    rules: '[]InspectionRule',
  },
  InspectionRule: {
    hotwordRule: 'HotwordRule type',
    exclusionRule: 'ExclusionRule type',
    adjustmentRule: 'AdjustmentRule type',
  },
  ExclusionRule: {
    dictionary: 'Dictionary type',
    regex: 'Regex type',
    excludeInfoTypes: 'ExcludeInfoTypes type',
    excludeByHotword: 'ExcludeByHotword type',
    matchingType: 'MatchingType',
  },
  ExcludeInfoTypes: {
    infoTypes: '[]InfoType',
  },
  ExcludeByHotword: {
    hotwordRegex: 'Regex',
    proximity: 'Proximity',
  },
  AdjustmentRule: {
    adjustByMatchingInfoTypes: 'AdjustByMatchingInfoTypes conditions',
    likelihoodAdjustment: 'LikelihoodAdjustment',
  },
  AdjustByMatchingInfoTypes: {
    infoTypes: '[]InfoType',
    minLikelihood: 'Likelihood',
    matchingType: 'MatchingType',
  },
};

/** Names of enums without the one that stands for none. */
export const ENUMS: Readonly<Record<string, readonly string[]>> = {
  DayOfWeek: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'],
  CommonCharsToIgnore: ['NUMERIC', 'ALPHA_UPPER_CASE', 'ALPHA_LOWER_CASE', 'PUNCTUATION', 'WHITESPACE'],
  FfxCommonNativeAlphabet: ['NUMERIC', 'HEXADECIMAL', 'UPPER_CASE_ALPHA_NUMERIC', 'ALPHA_NUMERIC'],
  SensitivityScoreLevel: ['SENSITIVITY_LOW', 'SENSITIVITY_UNKNOWN', 'SENSITIVITY_MODERATE', 'SENSITIVITY_HIGH'],
  TimePart: ['YEAR', 'MONTH', 'DAY_OF_MONTH', 'DAY_OF_WEEK', 'WEEK_OF_YEAR', 'HOUR_OF_DAY'],
  Likelihood: ['VERY_UNLIKELY', 'UNLIKELY', 'POSSIBLE', 'LIKELY', 'VERY_LIKELY'],
  ExclusionType: ['EXCLUSION_TYPE_EXCLUDE'],
  MatchingType: [
    'MATCHING_TYPE_FULL_MATCH',
    'MATCHING_TYPE_PARTIAL_MATCH',
    'MATCHING_TYPE_INVERSE_MATCH',
    'MATCHING_TYPE_RULE_SPECIFIC',
  ],
};
