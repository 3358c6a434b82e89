/** What can be wrong with a declaration. A code is stable: tests and editors refer to it. */
export type ProblemCode =
  // the file itself
  | 'BAD_PATH'
  | 'YAML_SYNTAX'
  | 'DUPLICATE_KEY'
  // the vocabulary
  | 'UNKNOWN_KEY'
  | 'MISSING_KEY'
  | 'WRONG_TYPE'
  | 'WRONG_VALUE'
  | 'NOT_SUPPORTED'
  // what the parts of a source say about each other
  | 'BAD_NAME'
  | 'RESERVED_NAME'
  | 'DUPLICATE_NAME'
  | 'UNKNOWN_COLUMN'
  | 'COLUMN_NOT_KEPT'
  | 'WRONG_COLUMN_TYPE'
  | 'UNSAFE_COMBINATION'
  | 'BAD_PATTERN'
  | 'OVERLAPPING_FILES'
  // the query of a transform
  | 'SQL_SYNTAX'
  | 'NOT_A_QUERY'
  | 'SEVERAL_STATEMENTS'
  | 'UNQUALIFIED_TABLE'
  | 'UNKNOWN_TABLE'
  | 'UNKNOWN_PARAMETER'
  | 'MISSING_INTERVAL'
  | 'UNEXPECTED_INTERVAL'
  | 'CYCLE'
  | 'CROSSED_DOMAINS';

/** One thing that is wrong, where it is and how to mend it. */
export interface Problem {
  /** Path relative to the project folder. */
  file: string;
  /** From 1, both. */
  line: number;
  column: number;
  /** What it concerns within the file: `columns[3].privacy`, `transform.kind`, `query`, or `file`. */
  key: string;
  code: ProblemCode;
  message: string;
  remedy: string;
}

/** A problem before its place is known: the path leads through the YAML document. */
export interface Finding {
  path: Path;
  code: ProblemCode;
  message: string;
  remedy: string;
}

export type Path = readonly (string | number)[];

/** `['columns', 3, 'privacy']` → `columns[3].privacy` */
export function renderKey(path: Path): string {
  let key = '';
  for (const part of path) key += typeof part === 'number' ? `[${part}]` : key === '' ? part : `.${part}`;
  return key;
}

/** One line for a person; `folder` is the project folder as that person would write it. */
export function renderProblem(problem: Problem, folder = ''): string {
  const file = folder === '' ? problem.file : `${folder.replace(/\/$/, '')}/${problem.file}`;
  return `${file}:${problem.line}:${problem.column} ${problem.key}: ${problem.message}; ${problem.remedy}`;
}

/** By place, then by code, without repeats: the order in which a person walks through the files. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const order = (a: Problem, b: Problem) =>
    compare(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.key, b.key) ||
    compare(a.code, b.code) ||
    compare(a.message, b.message);
  const sorted = [...problems].sort(order);
  return sorted.filter((problem, at) => {
    const before = sorted[at - 1];
    return before === undefined || order(before, problem) !== 0;
  });
}

/** By code units, the same on every machine (`localeCompare` is not). */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
