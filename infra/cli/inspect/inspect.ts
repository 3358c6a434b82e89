import { basename, extname } from 'node:path';
import { SAMPLE_RECORDS } from '../../../functions/plan/inspection.ts';
import type { InspectOptions } from '../commands/inspect.ts';
import { readEndpoints } from '../endpoints.ts';
import { FailedError } from '../errors.ts';
import { note, print, printJson } from '../output.ts';
import { formatCounted } from '../quantities.ts';
import { findIn, NO_EVIDENCE } from './find.ts';
import { type Proposal, proposeColumn } from './propose.ts';
import { type ReadFile, readFile } from './read-file.ts';
import { renderSource } from './render-source.ts';

export async function inspect(path: string, { to, data, json }: InspectOptions): Promise<void> {
  const endpoints = await readEndpoints(data);
  const file = await readFile(path, SAMPLE_RECORDS);
  if (file.records === 0) throw new FailedError(`${path} has no records: what its columns hold cannot be told`);
  const evidence = await findIn(file, endpoints);
  const columns = file.columns.map((column) => proposeColumn(column, (path) => evidence.get(path) ?? NO_EVIDENCE));
  const files = patternFor(path, to);
  if (json)
    return printJson({
      records: file.records,
      inspected: file.sampled,
      files,
      format: file.format,
      columns: columns.map(describeProposal),
    });
  print(renderSource({ files, format: file.format, columns, about: describe(file) }));
  note('Read it, say whose it is, and save it as sql/sources/<dataset>/<table>.yaml; then: npx sluice check');
}

const describeProposal = ({ declared, fields, found }: Proposal): object => ({
  ...declared,
  ...(fields ? { fields: fields.map(describeProposal) } : { found: found ?? [] }),
});

const describe = ({ records, sampled }: ReadFile): string =>
  `Proposed from ${formatCounted(records, 'record')}, of which DLP was shown ${sampled === records ? 'all' : sampled.toLocaleString('en')}.`;

/** All files of that folder that are called alike; the name itself stands for no rule. */
function patternFor(path: string, to: string | undefined): string {
  const name = basename(path);
  const suffix = /(\.[A-Za-z0-9]+)?\.(gz|zst)$/.exec(name)?.[0] ?? extname(name);
  const folder = to === undefined ? `${name.slice(0, name.length - suffix.length)}/` : `${to.replace(/\/+$/, '')}/`;
  return `${folder}*${suffix}`;
}
