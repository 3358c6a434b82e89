import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { planGrants, renderGrants, renderPolicy } from './policy.ts';
import { type Module, renderReference } from './reference.ts';

/** Files here that are made from other files: name → text. Run it, and it writes them; a test compares. */
export async function generateFiles(): Promise<Record<string, string>> {
  return {
    'grants.json': renderGrants(planGrants()),
    'POLICY.md': renderPolicy(),
    'REFERENCE.md': renderReference(await readInterface()),
  };
}

async function readInterface(): Promise<Module> {
  const files = readdirSync(import.meta.dirname).filter((name) => /^(variables.*|outputs)\.tf$/.test(name));
  const modules = (await Promise.all(
    files.map((name) => parse(name, readFileSync(join(import.meta.dirname, name), 'utf8'))),
  )) as Module[];
  return {
    variable: Object.assign({}, ...modules.map(({ variable }) => variable)),
    output: Object.assign({}, ...modules.map(({ output }) => output)),
  };
}

if (import.meta.main)
  for (const [name, text] of Object.entries(await generateFiles()))
    writeFileSync(join(import.meta.dirname, name), text);
