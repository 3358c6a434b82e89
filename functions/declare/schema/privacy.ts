import { z } from 'zod';
import type { Privacy, Transformation } from '../../model/column.ts';
import { fault, show } from '../findings.ts';
import { nearest } from '../nearest.ts';
import { BucketSchema } from './bucket.ts';
import { ConditionSchema } from './condition.ts';
import { DlpSchema } from './dlp.ts';
import { FindingsSchema, InfoTypesSchema } from './findings-form.ts';
import { FpeSchema, TweakSchema } from './fpe.ts';
import { InfoType } from './info-type.ts';
import { Key } from './key.ts';
import { TemplateSchema } from './template.ts';
import { Words } from './words.ts';

const Forms = z.strictObject({
  public: z
    .strictObject({
      allow: z.array(InfoType).min(1).describe('the infoTypes that may be found here, as in `[LOCATION]`'),
    })
    .describe('the values go through as they are; `allow` names the findings that are expected')
    .optional(),
  tokenize: z
    .strictObject({ key: Key, tweak: TweakSchema.optional() })
    .describe('`{ key: pii }`: equal values get equal tokens wherever the key is the same, and only the key leads back')
    .optional(),
  fpe: FpeSchema.optional(),
  hash: z.strictObject({ key: Key }).describe('`{ key: pii }`: as tokenize, and nothing leads back').optional(),
  mask: z
    .strictObject({
      keep_last: z.int().min(1).max(100).describe('how many of the last characters stay').optional(),
      keep_first: z.int().min(1).max(100).describe('how many of the first characters stay').optional(),
      with: z.string().length(1).describe('the one character to mask with, `*` unless said').default('*'),
      ignore: z.string().min(1).describe('characters that stay as they are, as in `- `').optional(),
    })
    .superRefine(({ keep_last, keep_first }, context) => {
      if (keep_last === undefined || keep_first === undefined) return;
      context.addIssue(fault('WRONG_VALUE', '`keep_last` and `keep_first` stand together', 'keep one of the two'));
    })
    .describe('`{ keep_last: 4 }`: each other character becomes `*`')
    .optional(),
  redact: z.strictObject({}).describe('`{}`: the value becomes empty').optional(),
  replace: z.strictObject({ with: z.string().describe('the text that stands for every value') }).optional(),
  dictionary: z
    .strictObject({ words: Words })
    .describe('`{ words: [Berlin, Paris] }`: each value becomes one of the words, by chance')
    .optional(),
  date_shift: z
    .strictObject({
      // DLP's own limit: 365,250 days either way.
      days: z.int().min(1).max(365_250).describe('the farthest that a date may move either way, in days'),
      by: z
        .string()
        .describe('the column whose value decides how far, so that the dates of one person keep their distances'),
      key: Key,
    })
    .describe('`{ days: 30, by: customer_id, key: pii }`')
    .optional(),
  bucket: BucketSchema.optional(),
  time_part: z
    .enum(['YEAR', 'MONTH', 'DAY_OF_MONTH', 'DAY_OF_WEEK', 'WEEK_OF_YEAR', 'HOUR_OF_DAY'])
    .describe('the part of the date that stays, as in `YEAR`')
    .optional(),
  redact_findings: FindingsSchema.optional(),
  replace_with_info_type: InfoTypesSchema.optional(),
  dlp: DlpSchema.optional(),
  template: TemplateSchema.optional(),
  when: ConditionSchema.optional(),
  allow: z
    .array(InfoType)
    .min(1)
    .describe('beside `when`: the infoTypes that may be found in the rows that it leaves as they are')
    .optional(),
});

const EXAMPLES: Record<string, string> = {
  tokenize: '{ tokenize: { key: pii } }',
  fpe: '{ fpe: { key: pii, alphabet: NUMERIC } }',
  hash: '{ hash: { key: pii } }',
  mask: '{ mask: { keep_last: 4 } }',
  replace: '{ replace: { with: hidden } }',
  dictionary: '{ dictionary: { words: [Berlin, Paris] } }',
  date_shift: '{ date_shift: { days: 30, by: customer_id, key: pii } }',
  bucket: '{ bucket: { size: 10, min: 0, max: 100 } }',
  time_part: '{ time_part: YEAR }',
  redact_findings: '{ redact_findings: { info_types: [PERSON_NAME, EMAIL_ADDRESS] } }',
  template: '{ template: projects/acme/locations/eu/deidentifyTemplates/notes }',
  dlp: '{ dlp: { redactConfig: {} } }',
  replace_with_info_type: '{ replace_with_info_type: { info_types: [PERSON_NAME, EMAIL_ADDRESS] } }',
};

const HINT =
  'how the values are protected: `public`, `drop`, `redact`, or one of `tokenize`, `fpe`, `hash`, `mask`, `replace`, `dictionary`, `date_shift`, `bucket`, `time_part`, `redact_findings`, `dlp`, `template` with its settings, as in `{ tokenize: { key: pii } }`';

const Word = z
  .string()
  .transform((word, context): Privacy => {
    if (word === 'public') return { kind: 'public', allow: [] };
    if (word === 'drop') return { kind: 'drop' };
    if (word === 'redact') return { kind: 'transform', transform: { kind: 'redact' } };
    context.addIssue(refusal(word));
    return z.NEVER;
  })
  .meta({ description: HINT, enum: ['public', 'drop', 'redact'] });

function refusal(word: string) {
  const meant = nearest(word, ['public', 'drop', 'redact', ...Object.keys(EXAMPLES)]);
  if (meant === word) return fault('WRONG_VALUE', `\`${word}\` needs its settings`, `write \`${EXAMPLES[word]}\``);
  const message = `${show(word)} is not a privacy`;
  if (meant === undefined) return fault('WRONG_VALUE', message, `write ${HINT}`);
  return fault('WRONG_VALUE', message, `did you mean \`${EXAMPLES[meant] ?? meant}\`?`);
}

const Settings = Forms.transform((written, context): Privacy => {
  const { when, allow, ...forms } = written;
  const given = Object.entries(forms).filter(([, settings]) => settings !== undefined);
  if (given.length !== 1) {
    const names = given.map(([name]) => `\`${name}\``).join(' and ');
    const message = given.length === 0 ? 'no protection is stated' : `${names} stand together`;
    context.addIssue(fault('WRONG_VALUE', message, 'state exactly one'));
    return z.NEVER;
  }
  if (forms.public !== undefined) {
    if (when !== undefined) {
      context.addIssue(
        fault(
          'WRONG_VALUE',
          '`when` has no meaning beside `public`',
          'state the protection that holds when the condition does',
          ['when'],
        ),
      );
    }
    return { kind: 'public', allow: forms.public.allow };
  }
  if (allow !== undefined && when === undefined) {
    const message = '`allow` is for what `when` leaves as it is, and there is no `when`';
    const remedy = 'remove `allow`, or write `{ public: { allow: [...] } }`';
    context.addIssue(fault('WRONG_VALUE', message, remedy, ['allow']));
    return z.NEVER;
  }
  const transform = toTransformation(forms);
  return { kind: 'transform', transform, ...(when && { when }), ...(allow && { allow }) };
});

function toTransformation(forms: Omit<z.output<typeof Forms>, 'when' | 'allow' | 'public'>): Transformation {
  if (forms.tokenize !== undefined) {
    const { key, tweak } = forms.tokenize;
    return { kind: 'tokenize', key, ...(tweak === undefined ? {} : { tweak }) };
  }
  if (forms.fpe !== undefined) return forms.fpe;
  if (forms.hash !== undefined) return { kind: 'hash', key: forms.hash.key };
  if (forms.replace !== undefined) return { kind: 'replace', with: forms.replace.with };
  if (forms.dlp !== undefined) return forms.dlp;
  if (forms.template !== undefined) return forms.template;
  if (forms.dictionary !== undefined) return { kind: 'dictionary', words: forms.dictionary.words };
  if (forms.date_shift !== undefined) return { kind: 'date_shift', ...forms.date_shift };
  if (forms.bucket !== undefined) return forms.bucket;
  if (forms.time_part !== undefined) return { kind: 'time_part', part: forms.time_part };
  if (forms.mask !== undefined) {
    const { keep_last: keepLast, keep_first: keepFirst, ignore } = forms.mask;
    return {
      kind: 'mask',
      with: forms.mask.with,
      ...(keepLast === undefined ? {} : { keepLast }),
      ...(keepFirst === undefined ? {} : { keepFirst }),
      ...(ignore === undefined ? {} : { ignore }),
    };
  }
  if (forms.redact_findings !== undefined) return forms.redact_findings;
  if (forms.replace_with_info_type !== undefined) return forms.replace_with_info_type;
  return { kind: 'redact' };
}

/** `public`, `{ tokenize: { key: pii } }`, … → the model's Privacy */
export const PrivacySchema = z.union([Word, Settings]).describe(HINT);
