import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateFiles } from '../../../infra/deploy/generate.ts';
import { DEPLOY } from './module.ts';

const hasTerraform = spawnSync('terraform', ['version'], { stdio: 'ignore' }).status === 0;

test('grants.json, POLICY.md and REFERENCE.md are what `node infra/deploy/generate.ts` writes', async () => {
  for (const [name, text] of Object.entries(await generateFiles()))
    expect(readFileSync(join(DEPLOY, name), 'utf8'), name).toBe(text);
});

test.skipIf(!hasTerraform)('terraform fmt has nothing to change (skipped where terraform is not installed)', () => {
  expect(execFileSync('terraform', ['fmt', '-check', '-recursive', DEPLOY], { encoding: 'utf8' })).toBe('');
});

test.skipIf(!hasTerraform)('and terraform fmt finds what is not formatted', () => {
  const result = spawnSync('terraform', ['fmt', '-check', '-'], { input: 'locals {\na=1\n}\n' });
  expect(result.status).toBe(3);
});
