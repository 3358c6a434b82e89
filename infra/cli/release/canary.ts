import { compileRelease } from '../../../functions/declare/compile-release.ts';
import type { Release } from '../../../functions/model/release.ts';
import { DeclarationError } from '../errors.ts';
import { keysOf } from '../keys/key-uses.ts';
import { LOCAL_PROJECT, readProject, renderProblems } from '../project.ts';

/** A source of the deployment's own beside the user's: the smoke test drops a file of it and looks for its rows. */
export const CANARY = { id: 'canary.visitors', folder: 'canary/', file: 'sources/canary/visitors.yaml' } as const;

/**
 * The declarations as they are deployed, the canary among them. It is tokenised with a key of the user's, so that a key
 * that was wrapped wrongly is found out at once. Throws DeclarationError with everything that is wrong.
 */
export function compileDelivery(
  folder: string,
  { project = LOCAL_PROJECT, id }: { project?: string; id?: string } = {},
): Release {
  const files = readProject(folder).filter(({ path }) => path !== CANARY.file);
  const compile = (all: typeof files): Release => {
    const { release, problems } = compileRelease({ files: all, project, ...(id && { id }) });
    if (!release) throw new DeclarationError(renderProblems(folder, problems));
    return release;
  };
  const [key] = keysOf(compile(files));
  return compile([...files, { path: CANARY.file, text: renderCanary(key) }]);
}

/** Each file replaces the one before it, so the table holds the rows of the last smoke test and no more. */
const renderCanary = (key: string | undefined): string => `owner: sluice@example.com
description: What the smoke test of a deployment drops; nothing of anybody's.
files: ${CANARY.folder}*.csv
format: { type: csv, header: true }
load: { mode: replace }
batch: 0
columns:
  - { name: canary, type: STRING, mode: required, privacy: public }
  - { name: email, type: STRING, privacy: ${key === undefined ? '{ mask: { keep_last: 4 } }' : `{ tokenize: { key: ${key} } }`} }
  - { name: phone, type: STRING, privacy: { mask: { keep_last: 4 } } }
  - { name: note, type: STRING, privacy: { redact_findings: { info_types: [EMAIL_ADDRESS] } } }
`;
