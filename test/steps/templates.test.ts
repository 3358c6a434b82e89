import { describe, expect, test } from 'vitest';
import type { StoredTemplate } from '../../functions/model/dlp.ts';
import type { Deidentifier } from '../../functions/ports.ts';
import { readTemplates } from '../../functions/steps/templates.ts';
import { column, source, transformed } from '../plan/declared.ts';

const NAME = 'projects/acme/locations/eu/deidentifyTemplates/notes';
const stored = (updatedAt: string): StoredTemplate => ({
  kind: 'deidentify',
  updatedAt,
  madeFor: 'info_types',
  transforms: 'all',
  fields: [],
  suppressesRecords: false,
});
const NOTES = source({
  columns: ['note', 'comment'].map((name) =>
    column(name, 'STRING', { privacy: transformed({ kind: 'template', deidentify: NAME, madeFor: 'info_types' }) }),
  ),
});

/** DLP whose template is looked at, one answer after the other. */
function answering(...answers: (StoredTemplate | undefined)[]): { dlp: Deidentifier; asked: string[] } {
  const asked: string[] = [];
  const refuse = (): never => {
    throw new Error('nothing is sent before the templates are known');
  };
  const template = async (name: string) => {
    asked.push(name);
    return answers.shift();
  };
  return { dlp: { template, deidentify: refuse, inspect: refuse, reidentify: refuse }, asked };
}

const FIRST = '2026-01-01T00:00:00.000000001Z';

describe('the templates of a shard', () => {
  test('are looked at once before, and once behind', async () => {
    const ports = answering(stored(FIRST), stored(FIRST));
    const templates = await readTemplates(ports, NOTES);
    expect(templates.reasons).toEqual([]);
    await templates.confirm();
    expect(ports.asked).toEqual([NAME, NAME]);
  });

  test.each<[string, StoredTemplate | undefined]>([
    ['one was changed, by a nanosecond', stored('2026-01-01T00:00:00.000000002Z')],
    ['one is gone', undefined],
  ])('have it done again where %s', async (_, after) => {
    const { confirm } = await readTemplates(answering(stored(FIRST), after), NOTES);
    await expect(confirm()).rejects.toMatchObject({ code: 'DLP_FAILED', retryable: true });
  });

  test('keep the file out where one is missing, for each column that needs it', async () => {
    const { reasons } = await readTemplates(answering(undefined), NOTES);
    expect(reasons.map(({ code, column: name }) => `${code} ${name}`)).toEqual([
      'TEMPLATE_UNFIT note',
      'TEMPLATE_UNFIT comment',
    ]);
  });

  test('of a source without any ask for nothing', async () => {
    const ports = answering();
    await (await readTemplates(ports, source())).confirm();
    expect(ports.asked).toEqual([]);
  });
});
