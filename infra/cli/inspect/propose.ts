import { byName, PROPOSED_KEY } from './by-name.ts';
import type { Evidence, Found } from './find.ts';
import type { FileColumn } from './read-file.ts';

/** A column as it would be declared, and why. */
export interface Proposal {
  /** In the order that declarations use. */
  declared: Record<string, unknown>;
  /** What was found; never a value. */
  reason: string | undefined;
}

/** Of a column whose values are this and nothing else. What no analyst needs is dropped, what joins is tokenised. */
const WHOLE: Readonly<Record<string, { privacy: unknown; normalize?: readonly string[] }>> = {
  EMAIL_ADDRESS: { normalize: ['trim', 'lower'], privacy: { tokenize: { key: PROPOSED_KEY } } },
  PHONE_NUMBER: { privacy: { mask: { keep_last: 4, ignore: '+-() ' } } },
  CREDIT_CARD_NUMBER: { privacy: { mask: { keep_last: 4 } } },
  PERSON_NAME: { privacy: 'drop' },
  STREET_ADDRESS: { privacy: 'drop' },
  GCP_API_KEY: { privacy: 'drop' },
  JSON_WEB_TOKEN: { privacy: 'drop' },
  // A town or a country is expected in many a table; `allow` says so, and anything else found there is still refused.
  LOCATION: { privacy: { public: { allow: ['LOCATION'] } } },
};
/** Documents, accounts and addresses of machines: equal ones stay equal. */
const OTHER = { privacy: { tokenize: { key: PROPOSED_KEY } } };

/** A column is one kind of thing where this share of its values is. */
const MOSTLY = 0.5;

export function proposeColumn(column: FileColumn, evidence: Evidence): Proposal {
  const { name, from } = nameOf(column.name);
  const type = column.type ?? 'STRING';
  const base = { name, ...(from && { from }), type, ...(column.repeated && { mode: 'repeated' }) };
  const told = evidence.found.map((found) => `${found.infoType} in ${found.values} of ${evidence.shown}`).join(', ');
  if (column.type === undefined)
    return { declared: { ...base, privacy: 'drop' }, reason: 'BigQuery has no type like that of the file' };
  if (type === 'RECORD' || column.repeated) return proposeNested(column, base, told);
  const main = evidence.found.find(({ whole }) => whole >= MOSTLY * evidence.shown);
  if (main) return { declared: { ...base, ...protectionOf(main) }, reason: told };
  const said = byName(name, type);
  if (said) return { declared: { ...base, privacy: said.privacy }, reason: `by its name, ${said.means}` };
  if (evidence.found.length === 0) return { declared: { ...base, privacy: 'public' }, reason: undefined };
  if (type === 'STRING')
    return {
      declared: {
        ...base,
        privacy: { redact_findings: { info_types: evidence.found.map(({ infoType }) => infoType) } },
      },
      reason: told,
    };
  return { declared: { ...base, ...OTHER }, reason: told };
}

const protectionOf = ({ infoType }: Found): object => WHOLE[infoType] ?? OTHER;

/** A record is public as a whole, or not loaded. */
function proposeNested(column: FileColumn, base: object, told: string): Proposal {
  if (told !== '')
    return { declared: { ...base, privacy: 'drop' }, reason: `${told}: a record is public or dropped, whole` };
  const fields = column.fields.map((field) => proposeColumn(field, NOTHING).declared);
  return {
    declared: { ...base, privacy: 'public', ...(fields.length > 0 && { fields }) },
    reason: undefined,
  };
}

const NOTHING: Evidence = { shown: 0, found: [] };

/** Names that BigQuery takes: letters, digits and _. `from` = the file's, where they differ. */
function nameOf(name: string): { name: string; from?: string } {
  const mended = name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
  const valid = /^[a-z]/.test(mended) ? mended : `c_${mended}`;
  return valid === name ? { name } : { name: valid, from: name };
}
