import { z } from 'zod';
import type { Privacy, Transformation } from '../../model/column.ts';
import { fault, notYet, show } from '../findings.ts';
import { nearest } from '../nearest.ts';
import { ConditionSchema } from './condition.ts';

/** The key's name is also the surrogate's, and DLP takes `[A-Za-z0-9$_-]{1,64}` there; ours is also a file's name. */
const KEY = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
const Key = z.string().regex(KEY).describe('the name of a key, as in `pii`: a letter, then letters, digits and `_`');

const INFO_TYPE = /^[A-Z][A-Z0-9_]*$/;

/** Common ones, for spelling only: DLP knows some 200, and says so itself when one does not exist. */
const COMMON_INFO_TYPES = [
  'PERSON_NAME',
  'FIRST_NAME',
  'LAST_NAME',
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'STREET_ADDRESS',
  'LOCATION',
  'LOCATION_COORDINATES',
  'CREDIT_CARD_NUMBER',
  'CREDIT_CARD_DATA',
  'IBAN_CODE',
  'SWIFT_CODE',
  'DATE_OF_BIRTH',
  'DATE',
  'AGE',
  'GENDER',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'MAC_ADDRESS_LOCAL',
  'DOMAIN_NAME',
  'ORGANIZATION_NAME',
  'PASSPORT',
  'PASSWORD',
  'ETHNIC_GROUP',
  'MEDICAL_TERM',
  'MEDICAL_RECORD_NUMBER',
  'US_SOCIAL_SECURITY_NUMBER',
  'GOVERNMENT_ID',
  'TECHNICAL_ID',
  'FINANCIAL_ID',
  'FINANCIAL_ACCOUNT_NUMBER',
  'DRIVERS_LICENSE_NUMBER',
  'VEHICLE_IDENTIFICATION_NUMBER',
  'AUTH_TOKEN',
  'COUNTRY_DEMOGRAPHIC',
  'HTTP_COOKIE',
  'IMEI_HARDWARE_ID',
  'IMSI_ID',
  'ADVERTISING_ID',
  'STORAGE_SIGNED_URL',
];

const InfoType = z
  .string()
  .regex(INFO_TYPE)
  .superRefine((name, context) => {
    // Short names are near to too much: DATE to NAME, AGE to ABA.
    const meant = name.length >= 8 && !COMMON_INFO_TYPES.includes(name) ? nearest(name, COMMON_INFO_TYPES) : undefined;
    if (meant === undefined || Math.abs(meant.length - name.length) > 1) return;
    context.addIssue(fault('WRONG_VALUE', `\`${name}\` is not an infoType of DLP`, `did you mean \`${meant}\`?`));
  })
  .describe('the name of a DLP infoType, as in `EMAIL_ADDRESS`');

const Forms = z.strictObject({
  public: z
    .strictObject({
      allow: z.array(InfoType).min(1).describe('the infoTypes that may be found here, as in `[LOCATION]`'),
    })
    .describe('the values go through as they are; `allow` names the findings that are expected')
    .optional(),
  tokenize: z
    .strictObject({ key: Key })
    .describe('`{ key: pii }`: equal values get equal tokens wherever the key is the same, and only the key leads back')
    .optional(),
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
  bucket: z
    .strictObject({
      size: z.number().positive().describe('the width of a bucket, more than 0'),
      min: z.number().describe('where the first bucket begins'),
      max: z.number().describe('where the last bucket ends'),
    })
    .superRefine(({ size, min, max }, context) => {
      if (max - min >= size) return;
      context.addIssue(
        fault('WRONG_VALUE', `no bucket of ${size} fits between ${min} and ${max}`, 'make `max - min` at least `size`'),
      );
    })
    .describe('`{ size: 10, min: 0, max: 100 }`: the number becomes `20:30`')
    .optional(),
  time_part: z
    .enum(['YEAR', 'MONTH', 'DAY_OF_MONTH', 'DAY_OF_WEEK', 'WEEK_OF_YEAR', 'HOUR_OF_DAY'])
    .describe('the part of the date that stays, as in `YEAR`')
    .optional(),
  redact_findings: z
    .strictObject({
      info_types: z.array(InfoType).min(1).describe('what to look for, as in `[PERSON_NAME, EMAIL_ADDRESS]`'),
      min_likelihood: z.enum(['VERY_UNLIKELY', 'UNLIKELY', 'POSSIBLE', 'LIKELY', 'VERY_LIKELY']).default('POSSIBLE'),
      with: z.enum(['info_type', 'nothing', 'mask']).describe('what stands for a finding').default('info_type'),
    })
    .describe('`{ info_types: [PERSON_NAME, EMAIL_ADDRESS] }`: free text stays, what is found in it goes')
    .optional(),
  when: ConditionSchema.optional(),
});

const LATER = {
  fpe: 'use `tokenize: { key: … }`, whose tokens do not keep the format',
  dictionary: 'use `replace: { with: … }` or `redact_findings`',
  replace_with_info_type: 'write `redact_findings: { info_types: [...], with: info_type }`',
  dlp: 'use one of the transformations that have a name here',
  template: 'write the transformation out',
};

const EXAMPLES: Record<string, string> = {
  tokenize: '{ tokenize: { key: pii } }',
  hash: '{ hash: { key: pii } }',
  mask: '{ mask: { keep_last: 4 } }',
  replace: '{ replace: { with: hidden } }',
  date_shift: '{ date_shift: { days: 30, by: customer_id, key: pii } }',
  bucket: '{ bucket: { size: 10, min: 0, max: 100 } }',
  time_part: '{ time_part: YEAR }',
  redact_findings: '{ redact_findings: { info_types: [PERSON_NAME, EMAIL_ADDRESS] } }',
};

const HINT =
  'how the values are protected: `public`, `drop`, `redact`, or one of `tokenize`, `hash`, `mask`, `replace`, `date_shift`, `bucket`, `time_part`, `redact_findings` with its settings, as in `{ tokenize: { key: pii } }`';

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
  const later = Object.entries(LATER).find(([name]) => name === word);
  if (later !== undefined) return fault('NOT_SUPPORTED', `\`${word}\` is not supported yet`, later[1]);
  const meant = nearest(word, ['public', 'drop', 'redact', ...Object.keys(EXAMPLES)]);
  if (meant === word) return fault('WRONG_VALUE', `\`${word}\` needs its settings`, `write \`${EXAMPLES[word]}\``);
  const message = `${show(word)} is not a privacy`;
  if (meant === undefined) return fault('WRONG_VALUE', message, `write ${HINT}`);
  return fault('WRONG_VALUE', message, `did you mean \`${EXAMPLES[meant] ?? meant}\`?`);
}

const Settings = Forms.transform((written, context): Privacy => {
  const { when, ...forms } = written;
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
  const transform = toTransformation(forms);
  return { kind: 'transform', transform, ...(when === undefined ? {} : { when }) };
});

function toTransformation(forms: Omit<z.output<typeof Forms>, 'when' | 'public'>): Transformation {
  if (forms.tokenize !== undefined) return { kind: 'tokenize', key: forms.tokenize.key };
  if (forms.hash !== undefined) return { kind: 'hash', key: forms.hash.key };
  if (forms.replace !== undefined) return { kind: 'replace', with: forms.replace.with };
  if (forms.date_shift !== undefined) return { kind: 'date_shift', ...forms.date_shift };
  if (forms.bucket !== undefined) return { kind: 'bucket', ...forms.bucket };
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
  if (forms.redact_findings !== undefined) {
    const { info_types: infoTypes, min_likelihood: minLikelihood } = forms.redact_findings;
    return { kind: 'redact_findings', infoTypes, minLikelihood, with: forms.redact_findings.with };
  }
  return { kind: 'redact' };
}

/** `public`, `{ tokenize: { key: pii } }`, … → the model's Privacy */
export const PrivacySchema = z.union([Word, Settings]).describe(HINT);

notYet.add(Forms, LATER);
