import { z } from 'zod';
import type { CustomInfoType, Exclusion, Hotword, Replacement, Transformation, Wording } from '../../model/column.ts';
import { fault, show } from '../findings.ts';
import { patternFault } from './condition.ts';
import { InfoType } from './info-type.ts';
import { Key } from './key.ts';
import { checkSize, Phrases } from './words.ts';

type Findings = Extract<Transformation, { kind: 'redact_findings' }>;

const Likelihood = z
  .enum(['VERY_UNLIKELY', 'UNLIKELY', 'POSSIBLE', 'LIKELY', 'VERY_LIKELY'])
  .describe('how sure DLP must be, `POSSIBLE` unless said');
const MinLikelihood = Likelihood.default('POSSIBLE');

/** Google's bounds: cloud.google.com/sensitive-data-protection/limits. */
const MAX_CUSTOM = 30;
const MAX_RULES = 10;
const MAX_DICTIONARIES = 10;
const MAX_INFO_TYPES = 150;
/** Of 100 transformations a request. */
const MAX_SINGLE = 99;
const MAX_PATTERN = 1_000;
const MAX_WINDOW = 1_000;

const InfoTypes = z
  .array(InfoType)
  .min(1)
  .max(MAX_INFO_TYPES)
  .describe('what to look for, as in `[PERSON_NAME, EMAIL_ADDRESS]`');

const Pattern = z
  .string()
  .min(1)
  .max(MAX_PATTERN)
  .superRefine((pattern, context) => {
    const wrong = patternFault(pattern);
    if (wrong === undefined) return;
    const message = `${show(pattern)} is not an RE2 pattern: ${wrong}`;
    context.addIssue(fault('WRONG_VALUE', message, 'write it in RE2 syntax, without look-around and back references'));
  })
  .describe('an RE2 pattern, as in `"C-[0-9]{4}"`');

const wording = { words: Phrases.optional(), pattern: Pattern.optional() };

function oneWording(
  { words, pattern }: { words?: string[] | undefined; pattern?: string | undefined },
  context: z.RefinementCtx,
): Wording {
  if (words !== undefined && pattern === undefined) return { words };
  if (pattern !== undefined && words === undefined) return { pattern };
  const message =
    words === undefined ? 'neither `words` nor `pattern` is said' : '`words` and `pattern` stand together';
  context.addIssue(fault('WRONG_VALUE', message, 'state one of the two'));
  return z.NEVER;
}

const CustomSchema = z
  .strictObject({
    name: InfoType.describe('the name of an infoType of your own, as in `CASE_NUMBER`'),
    ...wording,
    likelihood: Likelihood.describe('how likely each match is, `VERY_LIKELY` unless said').optional(),
  })
  .transform(
    ({ name, words, pattern, likelihood }, context): CustomInfoType => ({
      name,
      ...oneWording({ words, pattern }, context),
      ...(likelihood === undefined ? {} : { likelihood }),
    }),
  )
  .describe('`{ name: CASE_NUMBER, pattern: "C-[0-9]{4}" }` or `{ name: PROJECT, words: [apollo] }`');

const Concerned = InfoTypes.describe('the infoTypes it is for, all unless said').optional();

const ExceptSchema = z
  .strictObject({ info_types: Concerned, ...wording })
  .transform(
    ({ info_types: infoTypes, words, pattern }, context): Exclusion => ({
      ...oneWording({ words, pattern }, context),
      ...(infoTypes === undefined ? {} : { infoTypes }),
    }),
  )
  .describe('`{ info_types: [EMAIL_ADDRESS], words: [info@example.com] }`: such a finding, as a whole, stays');

const NearSchema = z
  .strictObject({
    info_types: Concerned,
    pattern: Pattern,
    before: z.int().min(0).max(MAX_WINDOW).describe('how many characters before a finding count').default(50),
    after: z.int().min(0).max(MAX_WINDOW).describe('how many characters behind a finding count').default(0),
    likelihood: Likelihood.describe('how likely a finding near the pattern is, `VERY_LIKELY` unless said').default(
      'VERY_LIKELY',
    ),
  })
  .transform(({ info_types: infoTypes, ...rest }, context): Hotword => {
    if (rest.before + rest.after > MAX_WINDOW || rest.before + rest.after === 0) {
      const message = `a window of ${rest.before + rest.after} characters is not one of DLP’s`;
      context.addIssue(fault('WRONG_VALUE', message, `make \`before\` and \`after\` 1 to ${MAX_WINDOW} together`));
    }
    return { ...rest, ...(infoTypes === undefined ? {} : { infoTypes }) };
  })
  .describe('`{ info_types: [AGE], pattern: "(?i)patient", likelihood: VERY_LIKELY }`: a hotword');

const ReplacementSchema = z
  .union([
    z.enum(['info_type', 'nothing', 'mask']),
    z
      .strictObject({
        text: z.string().min(1).describe('the text').optional(),
        tokenize: z.strictObject({ key: Key }).optional(),
      })
      .transform(({ text, tokenize }, context): Replacement => {
        if (text !== undefined && tokenize === undefined) return { text };
        if (tokenize !== undefined && text === undefined) return { tokenize: tokenize.key };
        const message =
          text === undefined ? 'nothing is said that stands for a finding' : '`text` and `tokenize` stand together';
        context.addIssue(fault('WRONG_VALUE', message, 'state one of the two'));
        return z.NEVER;
      }),
  ])
  .describe(
    'what stands for a finding: `info_type`, `nothing`, `mask`, `{ text: hidden }` or `{ tokenize: { key: pii } }`',
  );

/** `{ info_types: [PERSON_NAME] }`, … → the model's redaction of findings */
export const FindingsSchema = z
  .strictObject({
    info_types: InfoTypes.optional(),
    min_likelihood: MinLikelihood,
    with: ReplacementSchema.default('info_type'),
    each: z
      .record(z.string(), ReplacementSchema)
      .describe('what stands for the findings of single infoTypes, as in `{ EMAIL_ADDRESS: mask }`')
      .optional(),
    custom: z.array(CustomSchema).min(1).max(MAX_CUSTOM).describe('infoTypes of your own').optional(),
    except: z.array(ExceptSchema).min(1).max(MAX_RULES).describe('what is no finding after all').optional(),
    near: z.array(NearSchema).min(1).max(MAX_RULES).describe('words that make a finding near them likelier').optional(),
  })
  .transform((written, context): Findings => {
    const { info_types: infoTypes = [], min_likelihood: minLikelihood, with: replacement, ...rest } = written;
    const { each, custom, except, near } = rest;
    const say = (path: (string | number)[], message: string, remedy: string) =>
      context.addIssue(fault('WRONG_VALUE', message, remedy, path));
    const own = (custom ?? []).map(({ name }) => name);
    const known = new Set([...infoTypes, ...own]);
    if (known.size === 0) say(['info_types'], 'nothing is looked for', 'add `info_types`, or `custom` ones');
    own.forEach((name, at) => {
      if (own.indexOf(name) !== at)
        say(['custom', at, 'name'], `${show(name)} stands twice`, 'give each a name, or put the words together');
    });
    const checkKnown = (names: readonly string[], path: (string | number)[]) => {
      for (const name of names)
        if (!known.has(name)) say(path, `${show(name)} is not looked for here`, 'add it to `info_types` or `custom`');
    };
    const lists = [...(custom ?? []), ...(except ?? [])].flatMap((one) => ('words' in one ? [one.words] : []));
    checkSize(lists.flat(), context);
    if (lists.length > MAX_DICTIONARIES)
      say(
        [],
        `${lists.length} lists of words stand here, and DLP takes ${MAX_DICTIONARIES}`,
        'put some of them together',
      );
    if (Object.keys(each ?? {}).length > MAX_SINGLE)
      say(
        ['each'],
        'DLP takes 100 transformations a request',
        `keep to ${MAX_SINGLE}, and let \`with\` serve the others`,
      );
    checkKnown(Object.keys(each ?? {}), ['each']);
    for (const [key, rules] of Object.entries({ except, near }))
      rules?.forEach(({ infoTypes: names = [] }, at) => {
        checkKnown(names, [key, at, 'info_types']);
      });
    return {
      kind: 'redact_findings',
      infoTypes,
      minLikelihood,
      with: replacement,
      ...(each === undefined ? {} : { each }),
      ...(custom === undefined ? {} : { custom }),
      ...(except === undefined ? {} : { except }),
      ...(near === undefined ? {} : { near }),
    };
  })
  .describe('`{ info_types: [PERSON_NAME, EMAIL_ADDRESS] }`: free text stays, what is found in it goes');

/** The same with each finding replaced by its infoType's name, under the name that DLP has for it. */
export const InfoTypesSchema = z
  .strictObject({ info_types: InfoTypes, min_likelihood: MinLikelihood })
  .transform(
    ({ info_types: infoTypes, min_likelihood: minLikelihood }): Findings => ({
      kind: 'redact_findings',
      infoTypes,
      minLikelihood,
      with: 'info_type',
    }),
  )
  .describe('`{ info_types: [PERSON_NAME] }`: as `redact_findings`, under the name that DLP has for it');
