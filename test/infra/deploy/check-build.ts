import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { createProgram } from '../../../infra/cli/command-line.ts';
import cloudbuild from '../../../infra/deploy/schema/cloudbuild.json' with { type: 'json' };
import type { BuildSchema } from '../../../infra/deploy/schema/extract-build.ts';
import { REPOSITORY } from '../../cold-function.ts';

const SCHEMA = cloudbuild as BuildSchema;

export type Node = Record<string, unknown>;
export interface BuildFile extends Node {
  steps: Node[];
  substitutions?: Record<string, string>;
}

export const readBuild = (name: string): BuildFile => parse(readFileSync(join(REPOSITORY, name), 'utf8')) as BuildFile;

/** Everything in a value that Cloud Build's API would refuse of this message, each with its path. */
export function checkMessage(message: string, value: unknown, at = message): string[] {
  if (!isNode(value)) return [`${at} must be a mapping`];
  const fields = SCHEMA.messages[message] ?? {};
  return Object.entries(value).flatMap(([name, given]) => {
    const field = fields[name];
    const path = `${at}.${name}`;
    if (!field) return [`${path} is unknown; there are: ${Object.keys(fields).join(', ')}`];
    if (field.output) return [`${path} is for Google to say`];
    if (field.map)
      return isNode(given)
        ? Object.entries(given).flatMap(([key, one]) => checkValue(field.type, one, `${path}.${key}`))
        : [`${path} must be a mapping`];
    if (!field.many) return checkValue(field.type, given, path);
    if (!Array.isArray(given)) return [`${path} must be a list`];
    return given.flatMap((one, index) => checkValue(field.type, one, `${path}[${index}]`));
  });
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const RULES: Readonly<Record<string, [(value: unknown) => boolean, string]>> = {
  string: [(value) => typeof value === 'string', 'a text'],
  bool: [(value) => typeof value === 'boolean', 'true or false'],
  int: [(value) => Number.isInteger(value), 'a whole number'],
  duration: [(value) => /^\d+(\.\d{1,9})?s$/.test(String(value)), 'seconds, such as 600s'],
  timestamp: [(value) => !Number.isNaN(Date.parse(String(value))), 'a time'],
};

function checkValue(type: string, value: unknown, path: string): string[] {
  const values = SCHEMA.enums[type];
  if (values) return values.includes(String(value)) ? [] : [`${path} must be one of ${values.join(', ')}`];
  const rule = RULES[type];
  if (!rule) return checkMessage(type, value, path);
  return rule[0](value) ? [] : [`${path} must be ${rule[1]}`];
}

/** What Cloud Build says of steps in words: names, order, one way to say what is run, and which substitutions there are. */
export function checkSteps({ steps, substitutions = {}, ...rest }: BuildFile): string[] {
  const known = new Set<string>();
  const problems = steps.flatMap((step, index) => {
    const at = `steps[${index}]`;
    const { id, name, script, entrypoint, args, waitFor = [] } = step;
    const found: string[] = [];
    if (typeof name !== 'string') found.push(`${at} names no image`);
    else if (!/^[\w./-]+:(?!latest$)[\w.-]+(@sha256:[0-9a-f]{64})?$/.test(name))
      found.push(`${at}: ${name} is not pinned to a version`);
    if (typeof id !== 'string' || known.has(id)) found.push(`${at} needs an id of its own`);
    if ((script === undefined) === (entrypoint === undefined && args === undefined))
      found.push(`${at} needs either a script or an entrypoint with arguments`);
    for (const other of waitFor as string[])
      if (other !== '-' && !known.has(other)) found.push(`${at} waits for ${other}, which is no step before it`);
    known.add(String(id));
    return found;
  });
  const text = JSON.stringify({ steps, ...rest });
  const used = new Set([...text.matchAll(/\$\{?(_[A-Z0-9_]+)/g)].map(([, name]) => name ?? ''));
  for (const name of used) if (!(name in substitutions)) problems.push(`$${name} is used and not declared`);
  for (const name of Object.keys(substitutions))
    if (!used.has(name)) problems.push(`$${name} is declared and not used`);
  for (const step of steps)
    if (/\$(_|COMMIT_SHA)/.test(String(step.script ?? '')) && step.automapSubstitutions !== true)
      problems.push(`${step.id}: a script sees substitutions only with automapSubstitutions`);
  return problems;
}

/** What a text has run or read that is not there: commands of sluice and their options, npm scripts, files. */
export function checkCalls(text: string): string[] {
  const program = createProgram();
  const scripts = (JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { scripts: object }).scripts;
  const problems: string[] = [];
  for (const [, name = '', rest = ''] of text.matchAll(/\bsluice ([a-z]+)((?: [^\s;&|>]+| "[^"]*")*)/g)) {
    const command = program.commands.find((one) => one.name() === name);
    if (!command) problems.push(`sluice has no command ${name}`);
    else problems.push(...unknownOptions(command, rest));
  }
  for (const [, script = ''] of text.matchAll(/\bnpm (?:run )?(test|start|[a-z-]+:[a-z-]+)\b/g))
    if (!(script in scripts)) problems.push(`package.json has no script ${script}`);
  for (const [path] of text.matchAll(/\binfra\/[\w./-]+\w/g))
    if (!path.includes('$') && !existsSync(join(REPOSITORY, path))) problems.push(`there is no ${path}`);
  return problems;
}

function unknownOptions(command: Command, rest: string): string[] {
  const known = command.options.map(({ long }) => long);
  return [...rest.matchAll(/(--[a-z-]+)/g)].flatMap(([, option = '']) =>
    known.includes(option) ? [] : [`sluice ${command.name()} has no option ${option}`],
  );
}
