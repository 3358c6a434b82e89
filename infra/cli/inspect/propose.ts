import { byName, PROPOSED_KEY } from './by-name.ts';
import type { Evidence, Found } from './find.ts';
import { pathTo } from './leaves.ts';
import type { FileColumn } from './read-file.ts';

/** A column as it would be declared, and why. */
export interface Proposal {
  /** In the order that declarations use. */
  declared: Record<string, unknown>;
  /** What was found; never a value. */
  reason: string | undefined;
  /** Of a RECORD that is kept. */
  fields?: readonly Proposal[];
  /** Of what holds values. */
  found?: readonly Found[];
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

/** `evidenceOf` gives what was found at a path. */
export function proposeColumn(
  column: FileColumn,
  evidenceOf: (path: string) => Evidence,
  path = pathTo(column.name),
): Proposal {
  if (column.type !== 'RECORD') {
    const evidence = evidenceOf(path);
    return { ...proposeLeaf(column, evidence), found: evidence.found };
  }
  const { declared } = baseOf(column);
  const fields = column.fields.map((field) => proposeColumn(field, evidenceOf, pathTo(field.name, path)));
  if (fields.every((field) => field.declared.privacy === 'drop'))
    return { declared: { ...declared, privacy: 'drop' }, reason: 'none of its fields would be kept' };
  return { declared, reason: undefined, fields };
}

function baseOf(column: FileColumn): { declared: Record<string, unknown>; name: string; type: string } {
  const { name, from } = nameOf(column.name);
  const type = column.type ?? 'STRING';
  const declared = { name, ...(from && { from }), type, ...(column.repeated && { mode: 'repeated' }) };
  return { declared, name, type };
}

function proposeLeaf(column: FileColumn, evidence: Evidence): Proposal {
  const { declared: base, name, type } = baseOf(column);
  const told = evidence.found.map((found) => `${found.infoType} in ${found.values} of ${evidence.shown}`).join(', ');
  if (column.type === undefined)
    return { declared: { ...base, privacy: 'drop' }, reason: 'BigQuery has no type like that of the file' };
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
