import { performance } from 'node:perf_hooks';
import { RE2JS } from 're2js';
import { ApiError } from '../../api-error.ts';
import type { Regex } from '../wire/inspection.ts';
import type { Span } from './finding.ts';

/**
 * A caller's regular expression. Its syntax is RE2's, and so is the engine: one search takes time linear in the text,
 * whatever the pattern, which V8's own engine does not promise.
 */
export interface Pattern {
  /** Matches from left to right, or the groups that the configuration names. Empty matches are left out. */
  find(text: string): Span[];
  test(text: string): boolean;
}

/** "Maximum length of regular expressions: 1000"; "No more than 3 [group indexes] may be included". Source: limits page, storage.proto. */
const LONGEST_PATTERN = 1000;
const MOST_GROUPS = 3;
/**
 * Finding all matches can cost the square of the text where most searches run to its end (`x*y|x` on many x). Google ends such
 * a request at its deadline; so does this, for all patterns of a request together.
 */
const BUDGET_MS = 10_000;

/** Time that the patterns of one request have taken. */
export interface PatternBudget {
  spent: number;
}

export function compilePattern(regex: Regex | null | undefined, where: string, budget: PatternBudget): Pattern {
  const source = regex?.pattern ?? '';
  if (source === '') throw invalid(`${where}: regex.pattern must not be empty`);
  if (source.length > LONGEST_PATTERN) {
    throw invalid(
      `${where}: regex.pattern must have at most ${LONGEST_PATTERN} characters, but it has ${source.length}`,
    );
  }
  const groups = regex?.groupIndexes ?? [];
  if (groups.length > MOST_GROUPS)
    throw invalid(`${where}: at most ${MOST_GROUPS} group_indexes are allowed, not ${groups.length}`);
  const compiled = compile(source, where);
  for (const group of groups) {
    if (group < 0 || group > compiled.groupCount()) {
      throw invalid(`${where}: group_indexes names group ${group}, but the pattern has ${compiled.groupCount()}`);
    }
  }
  const wanted = groups.length > 0 ? groups : [0];
  return {
    find(text) {
      const started = performance.now();
      const spans: Span[] = [];
      const matcher = compiled.matcher(text);
      while (matcher.find()) {
        for (const group of wanted) {
          const start = matcher.start(group);
          const end = matcher.end(group);
          if (start >= 0 && end > start) spans.push({ start, end });
        }
        if (budget.spent + performance.now() - started > BUDGET_MS) {
          throw new ApiError(
            'DEADLINE_EXCEEDED',
            `${where}: matching took more than ${BUDGET_MS / 1000} s; use a narrower pattern`,
          );
        }
      }
      budget.spent += performance.now() - started;
      return spans;
    },
    test: (text) => compiled.test(text),
  };
}

function compile(source: string, where: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw invalid(`${where}: regex.pattern is not valid RE2 syntax: ${(error as Error).message}`);
  }
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
