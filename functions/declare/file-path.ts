import type { ProblemCode } from './problem.ts';

/** What a file of the project folder is, told by its path alone. */
export type ProjectFile =
  | { kind: 'source' | 'transform'; dataset: string; name: string; id: string }
  | { kind: 'other' }
  | { kind: 'misplaced'; code: ProblemCode; message: string; remedy: string };

const ROOMS = {
  sources: { kind: 'source', extension: '.yaml', look: /\.(ya?ml|json|sql)$/i },
  transforms: { kind: 'transform', extension: '.sql', look: /\.(ya?ml|sql)$/i },
} as const;

/** BigQuery takes more; these also name files, tasks and jobs, and an underscore in front hides a dataset. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,199}$/;

/** `sources/shop/customers.yaml` → the source shop.customers. What merely lies there (a README, a dot file) is not ours. */
export function parseFilePath(path: string): ProjectFile {
  const [folder, ...rest] = path.split('/');
  if (folder !== 'sources' && folder !== 'transforms') return { kind: 'other' };
  const { kind, extension, look } = ROOMS[folder];
  const file = rest.at(-1) ?? '';
  if (!look.test(file) || file.startsWith('.')) return { kind: 'other' };
  const misplaced = (code: ProblemCode, message: string, remedy: string): ProjectFile => ({
    kind: 'misplaced',
    code,
    message,
    remedy,
  });

  if (!file.endsWith(extension)) {
    return misplaced(
      'BAD_PATH',
      `a ${kind} is a \`${extension}\` file`,
      `name it \`${file.replace(/\.[^.]*$/, '')}${extension}\`, or move it`,
    );
  }
  const [dataset, ...below] = rest;
  if (dataset === undefined || below.length !== 1) {
    return misplaced(
      'BAD_PATH',
      `a ${kind} lies in a folder named for its dataset`,
      `move it to \`${folder}/<dataset>/<name>${extension}\``,
    );
  }
  const name = file.slice(0, -extension.length);
  for (const word of [dataset, name]) {
    if (NAME.test(word)) continue;
    return misplaced(
      'BAD_NAME',
      `\`${word}\` cannot name a ${word === name ? 'table' : 'dataset'}`,
      'use letters, digits and `_`, beginning with a letter',
    );
  }
  return { kind, dataset, name, id: `${dataset}.${name}` };
}
