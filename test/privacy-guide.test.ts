import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from './declare/projects.ts';

const GUIDE = readFileSync(new URL('../PRIVACY.md', import.meta.url), 'utf8');

/** A source of the guide's columns, with those that they refer to and do not declare themselves. */
function sourceOf(columns: string): string {
  const others = ['customer_id', 'country'].filter((name) => !columns.includes(`name: ${name},`));
  return [
    'files: shop/customers/*.ndjson',
    'format: { type: ndjson }',
    'load: { mode: append }',
    'columns:',
    ...others.map((name) => `  - { name: ${name}, type: STRING, privacy: public }`),
    columns.replace(/^(?=.)/gm, '  '),
  ].join('\n');
}

const blocks = [...GUIDE.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
const columns = blocks.filter((text) => text.startsWith('- '));

/** Every protection that a declaration may state, from the published schema. */
const forms = (): string[] => {
  const schema = JSON.parse(readFileSync(new URL('../sql/source.schema.json', import.meta.url), 'utf8')) as object;
  const found: string[] = [];
  JSON.stringify(schema, (key, value: { anyOf?: { properties?: object }[] }) => {
    if (key === 'privacy') found.push(...(value.anyOf ?? []).flatMap(({ properties = {} }) => Object.keys(properties)));
    return value;
  });
  return [...new Set(found)].filter((name) => name !== 'when');
};

describe('the guide to privacy', () => {
  test.each(columns)('has columns that compile (%#)', (text) => {
    const { problems } = compile({ 'sources/shop/customers.yaml': sourceOf(text) });
    expect(problems).toEqual([]);
  });

  test('shows every protection that there is', () => {
    const all = columns.join('\n');
    expect(forms()).toEqual(expect.arrayContaining(['tokenize', 'fpe', 'dlp', 'template', 'redact_findings']));
    const unseen = forms().filter((name) => !all.includes(`${name}:`) && !GUIDE.includes(`\`${name}: {`));
    expect(unseen.filter((name) => !['public', 'redact'].includes(name))).toEqual([]);
  });
});
