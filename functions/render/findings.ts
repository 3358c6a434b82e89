import type { Replacement, Transformation, Wording } from '../model/column.ts';
import { surrogateOf } from '../model/key-name.ts';

type Findings = Extract<Transformation, { kind: 'redact_findings' }>;

const named = (infoTypes: readonly string[]): object[] => infoTypes.map((name) => ({ name }));
const lookedFor = ({ infoTypes, custom = [] }: Findings): string[] => [
  ...new Set([...infoTypes, ...custom.map(({ name }) => name)]),
];

/** What DLP looks for, as an InspectConfig. */
export function renderInspectConfig(findings: Findings): object {
  const { infoTypes, minLikelihood, custom = [], except = [], near = [] } = findings;
  const rules = [
    ...except.map(({ infoTypes: some, ...wording }) => ({
      some,
      // As a whole: a longer finding that holds an exception is still one.
      rule: { exclusionRule: { ...renderWording(wording), matchingType: 'MATCHING_TYPE_FULL_MATCH' } },
    })),
    ...near.map(({ infoTypes: some, pattern, before, after, likelihood }) => ({
      some,
      rule: {
        hotwordRule: {
          hotwordRegex: { pattern },
          proximity: { ...(before > 0 && { windowBefore: before }), ...(after > 0 && { windowAfter: after }) },
          likelihoodAdjustment: { fixedLikelihood: likelihood },
        },
      },
    })),
  ];
  return {
    ...(infoTypes.length > 0 && { infoTypes: named(infoTypes) }),
    minLikelihood,
    ...(custom.length > 0 && {
      customInfoTypes: custom.map(({ name, likelihood, ...wording }) => ({
        infoType: { name },
        ...(likelihood !== undefined && { likelihood }),
        ...renderWording(wording),
      })),
    }),
    ...(rules.length > 0 && {
      ruleSet: rules.map(({ some, rule }) => ({ infoTypes: named(some ?? lookedFor(findings)), rules: [rule] })),
    }),
  };
}

const renderWording = (wording: Wording): object =>
  'words' in wording ? { dictionary: { wordList: { words: wording.words } } } : { regex: { pattern: wording.pattern } };

/** What becomes of what was found: InfoTypeTransformations in which each infoType that is looked for is named once. */
export function renderReplacements(findings: Findings): object {
  const { with: usual, each = {} } = findings;
  const others = lookedFor(findings).filter((name) => !Object.hasOwn(each, name));
  const transformations = [
    ...(others.length > 0 ? [{ infoTypes: named(others), primitiveTransformation: renderReplacement(usual) }] : []),
    ...Object.entries(each).map(([name, own]) => ({
      infoTypes: named([name]),
      primitiveTransformation: renderReplacement(own),
    })),
  ];
  return { transformations };
}

function renderReplacement(replacement: Replacement): object {
  if (typeof replacement === 'object') {
    if ('text' in replacement) return { replaceConfig: { newValue: { stringValue: replacement.text } } };
    const { tokenize: key } = replacement;
    return {
      cryptoDeterministicConfig: { cryptoKey: { keyName: key }, surrogateInfoType: { name: surrogateOf(key) } },
    };
  }
  switch (replacement) {
    case 'info_type':
      return { replaceWithInfoTypeConfig: {} };
    case 'nothing':
      return { redactConfig: {} };
    case 'mask':
      return { characterMaskConfig: { maskingCharacter: '*' } };
  }
}
