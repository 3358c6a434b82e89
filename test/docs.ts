import type { Command, Option } from 'commander';

/** What documents may speak of. */
export interface Truth {
  program: Command;
  /** Every file of the repository, from its root. */
  files: readonly string[];
  scripts: readonly string[];
  /** Settings of the functions. */
  settings: readonly string[];
  /** Variables of infra/deploy. */
  variables: readonly string[];
  /** What infra/deploy gives names to, with the prefix that it has unless told otherwise. */
  resources: readonly string[];
  errorCodes: readonly string[];
}

/** Everything in a document that is not so, each with its line. */
export function findUntruths(text: string, truth: Truth): string[] {
  const found: string[] = [];
  for (const { line, code, block } of codeOf(text)) {
    const say = (problem: string | undefined): void => void (problem && found.push(`line ${line}: ${problem}`));
    if (block === undefined) {
      say(pathProblem(code, truth));
      say(nameProblem(code, truth));
    }
    if (block === 'hcl') say(assignmentProblem(code, truth));
    else if (block === undefined || block === 'sh')
      for (const words of commandsOf(code)) for (const one of commandProblems(words, truth, block === 'sh')) say(one);
  }
  for (const { line, target } of linksOf(text)) {
    const problem = pathProblem(target, truth) ?? (existsIn(target, truth) ? undefined : `there is no file ${target}`);
    if (problem) found.push(`line ${line}: ${problem}`);
  }
  for (const { line, anchor } of anchorsOf(text))
    if (!headingsOf(text).includes(anchor)) found.push(`line ${line}: there is no heading #${anchor}`);
  for (const { line, code } of firstCells(text))
    if (/^[A-Z]+(_[A-Z]+)+$/.test(code) && !code.startsWith('SLUICE_') && !truth.errorCodes.includes(code))
      found.push(`line ${line}: no failure has the code ${code}`);
  return found;
}

interface Code {
  line: number;
  code: string;
  /** Language of the block; absent = between backticks. */
  block?: string;
}

function codeOf(text: string): Code[] {
  const found: Code[] = [];
  let block: string | undefined;
  let pending = '';
  for (const [index, source] of text.split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(source);
    if (fence) {
      block = block === undefined ? fence[1] || 'text' : undefined;
      continue;
    }
    const line = index + 1;
    if (block === undefined) for (const [, code = ''] of source.matchAll(/`([^`]+)`/g)) found.push({ line, code });
    else if (source.endsWith('\\')) pending += `${source.slice(0, -1)} `;
    else {
      // Behind a prompt stands what somebody typed, whatever the block is.
      found.push({ line, code: pending + source, block: source.startsWith('$ ') ? 'sh' : block });
      pending = '';
    }
  }
  return found;
}

const linksOf = (text: string): { line: number; target: string }[] =>
  text.split('\n').flatMap((source, index) =>
    [...source.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => ({
      line: index + 1,
      target,
    })),
  );

const anchorsOf = (text: string): { line: number; anchor: string }[] =>
  text
    .split('\n')
    .flatMap((source, index) =>
      [...source.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => ({ line: index + 1, anchor })),
    );

/** As GitHub names headings. */
const headingsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );

const firstCells = (text: string): { line: number; code: string }[] =>
  text.split('\n').flatMap((source, index) => {
    const cell = /^\|\s*`([^`]+)`/.exec(source)?.[1];
    return cell ? [{ line: index + 1, code: cell }] : [];
  });

/** Words of each command of a line: quotes hold together, a comment ends it. */
function commandsOf(line: string): string[][] {
  const words: string[][] = [[]];
  for (const [word] of line.matchAll(/&&|\|\||[|;]|(?:"[^"]*"|'[^']*'|[^\s"'|;&])+|&/g)) {
    if (word.startsWith('#')) break;
    if (/^(&&|\|\||[|;&])$/.test(word)) words.push([]);
    else words.at(-1)?.push(word.replaceAll(/["']/g, ''));
  }
  return words.filter((one) => one.length > 0);
}

function commandProblems(words: readonly string[], truth: Truth, whole: boolean): string[] {
  const from = words[0] === '$' ? 1 : 0;
  const [first, second, third] = words.slice(from);
  const paths = whole ? words.flatMap((word) => pathProblem(word.replace(/^-[\w-]+=/, ''), truth) ?? []) : [];
  const variables = words.flatMap(
    (word, at) => /^-var[= ]?(\w+)=/.exec(word === '-var' ? `-var ${words[at + 1]}` : word)?.[1] ?? [],
  );
  const unknown = variables.filter((name) => !truth.variables.includes(name)).map(noVariable);
  const problems = [...paths, ...unknown];
  if (first === 'npx' && second === 'sluice')
    return [...problems, ...sluiceProblems(words.slice(from + 2), truth, whole)];
  if (first === 'sluice') return [...problems, ...sluiceProblems(words.slice(from + 1), truth, whole)];
  if (first === 'npm' && second === 'run' && third && !truth.scripts.includes(third))
    problems.push(`there is no script ${third}`);
  return problems;
}

const noVariable = (name: string): string => `infra/deploy has no variable ${name}`;

/** Words that stand for what a reader puts in: RUN, <file>, $NAME, … */
const isPlaceholder = (word: string): boolean => /^[A-Z][A-Z0-9_]*$|[<>$…*[\]]/.test(word);

function sluiceProblems([name, ...rest]: readonly string[], { program }: Truth, whole: boolean): string[] {
  if (name === undefined || isPlaceholder(name)) return [];
  const command = program.commands.find((one) => one.name() === name);
  if (!command) return name.startsWith('-') ? [] : [`there is no command sluice ${name}`];
  const problems: string[] = [];
  const given = new Set<Option>();
  let positional = 0;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-')) {
      positional++;
      continue;
    }
    const [flag = '', inline] = word.replace(/[[\]]/g, '').split('=', 2);
    const option = command.options.find(({ long, short }) => flag === long || flag === short);
    if (!option) {
      if (flag === '--help') continue;
      // Whether what follows is its value nobody knows.
      return [`sluice ${name} has no option ${flag}`];
    }
    given.add(option);
    const isBare = option.optional && inline === undefined && (rest[at + 1] ?? '-').startsWith('-');
    if (isBare || !(option.required || option.optional)) continue;
    const value = inline ?? rest[++at];
    if (value === undefined) {
      if (whole) problems.push(`sluice ${name} ${flag} wants a value`);
    } else if (!isPlaceholder(value)) problems.push(...valueProblems(option, value, `sluice ${name} ${flag}`));
  }
  if (!whole && positional === 0) return problems;
  const wanted = command.registeredArguments.filter(({ required }) => required).length;
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Number.POSITIVE_INFINITY
    : command.registeredArguments.length;
  if (positional < wanted || positional > most)
    problems.push(`sluice ${name} takes ${wanted} arguments, not ${positional}`);
  for (const option of command.options)
    if (option.mandatory && option.defaultValue === undefined && !given.has(option))
      problems.push(`sluice ${name} wants ${option.long}`);
  return problems;
}

function valueProblems({ parseArg, argChoices }: Option, value: string, what: string): string[] {
  if (argChoices && !argChoices.includes(value)) return [`${what} is one of ${argChoices.join(', ')}, not ${value}`];
  try {
    parseArg?.(value, undefined as never);
    return [];
  } catch (error) {
    return [`${what} ${value}: ${(error as Error).message}`];
  }
}

const ROOT_FILE = /^([A-Z_]+\.md|cloudbuild\.yaml|package(-lock)?\.json)$/;

function pathProblem(word: string, truth: Truth): string | undefined {
  const roots = new Set(truth.files.filter((file) => file.includes('/')).map((file) => file.split('/', 1)[0] ?? ''));
  const [root = '', more] = word.split('/', 2);
  const isPath = more !== undefined && roots.has(root) && /^[\w.@/*<>-]+$/.test(word);
  if (!isPath && !ROOT_FILE.test(word)) return undefined;
  return existsIn(word, truth) ? undefined : `there is no file ${word}`;
}

/** Up to the first part that stands for something: a folder's name, with or without its slash, is enough. */
function existsIn(path: string, { files }: Truth): boolean {
  if (ROOT_FILE.test(path)) return files.includes(path);
  const clean = path.replace(/^\.\//, '').replace(/\/$/, '');
  const parts = clean.split('/');
  const open = parts.findIndex((part) => isPlaceholder(part.split('.', 1)[0] ?? '') || /[*<]/.test(part));
  // Below sql/ everything is the reader's, who may be told to make a file there.
  const end = parts[0] === 'sql' ? Math.min(2, open === -1 ? 2 : open) : open;
  const known = end === -1 ? clean : parts.slice(0, end).join('/');
  return known === '' || files.some((file) => file === known || file.startsWith(`${known}/`));
}

function nameProblem(code: string, { settings, variables, resources }: Truth): string | undefined {
  if (/^SLUICE_[A-Z_]+$/.test(code) && !settings.includes(code)) return `there is no setting ${code}`;
  const variable = /^var\.(\w+)$/.exec(code)?.[1];
  if (variable && !variables.includes(variable)) return noVariable(variable);
  if (/^sluice-[a-z-]+$/.test(code) && !resources.includes(code)) return `infra/deploy makes nothing called ${code}`;
  return undefined;
}

/** At the left edge only: what is indented is a key of a value. */
function assignmentProblem(code: string, { variables }: Truth): string | undefined {
  const name = /^(\w+)\s*=/.exec(code)?.[1];
  return name && !variables.includes(name) ? noVariable(name) : undefined;
}
