import { z } from 'zod';
import { didYouMean } from './nearest.ts';
import type { Finding, Path, ProblemCode } from './problem.ts';

/**
 * What the design names and this version does not have: word or key → what to do instead. Kept beside the schemas, not
 * in them, so that the published JSON Schema does not offer it.
 */
export const notYet = z.registry<Record<string, string>>();

/** Carried by the issues that our own checks raise; see `fault`. */
interface FaultParams {
  code: ProblemCode;
  remedy: string;
}

/** An issue of our own for zod: `context.addIssue(fault(…))`. */
export const fault = (code: ProblemCode, message: string, remedy: string, path: Path = []) => ({
  code: 'custom' as const,
  message,
  path: [...path],
  params: { code, remedy } satisfies FaultParams,
});

/** Everything that is wrong with `value` by `schema`, worded for the person who wrote it; paths start at `at`. */
export function findingsOf(
  schema: z.ZodType,
  value: unknown,
  at: Path,
  issues: readonly z.core.$ZodIssue[],
): Finding[] {
  // An unknown key is the cause of what seems to be missing beside it.
  const misspelt = new Set(
    issues.filter((issue) => issue.code === 'unrecognized_keys').map((issue) => issue.path.join('\0')),
  );
  const telling = issues.filter((issue) => issue.code !== 'custom' || !misspelt.has(issue.path.join('\0')));
  return telling.flatMap((issue) => describeIssue(schema, value, at, issue));
}

function describeIssue(schema: z.ZodType, value: unknown, at: Path, issue: z.core.$ZodIssue): Finding[] {
  const place = [...at, ...issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))];
  const spot = follow(schema, value, issue.path);
  const hint = spot.description;
  const finding = (code: ProblemCode, message: string, remedy: string, path: Path = place): Finding[] => [
    { path, code, message, remedy },
  ];
  switch (issue.code) {
    case 'custom': {
      const params = issue.params as FaultParams | undefined;
      return finding(params?.code ?? 'WRONG_VALUE', issue.message, params?.remedy ?? hint);
    }
    case 'unrecognized_keys':
      return issue.keys.flatMap((key) => {
        const later = Object.hasOwn(spot.notYet, key) ? spot.notYet[key] : undefined;
        const path = [...place, key];
        if (later !== undefined) return finding('NOT_SUPPORTED', `\`${key}\` is not supported yet`, later, path);
        const keys = `the keys here are ${listOf(spot.keys)}`;
        return finding('UNKNOWN_KEY', `\`${key}\` is not a key here`, didYouMean(key, spot.keys, keys), path);
      });
    case 'invalid_union': {
      // The person chose a branch by the shape that was written; only that branch's issues help.
      const branch = chooseBranch(spot.schema, spot.value, issue.errors);
      if (branch !== undefined) return findingsOf(branch.schema, spot.value, place, branch.issues);
      return finding(...missingOrWrong(spot, hint));
    }
    case 'invalid_type':
      return finding(...missingOrWrong(spot, hint, issue.expected));
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (spot.value === undefined) return finding(...missingOrWrong(spot, hint));
      const later = wordsOf(spot.value).find((word) => Object.hasOwn(spot.notYet, word));
      if (later !== undefined) {
        return finding('NOT_SUPPORTED', `\`${later}\` is not supported yet`, spot.notYet[later] ?? '');
      }
      const choice = values.length === 1 ? `write ${hint || listOf(values)}` : `write one of ${listOf(values)}`;
      const received = typeof spot.value === 'string' ? spot.value : '';
      const remedy = didYouMean(received, values, choice);
      return finding('WRONG_VALUE', `${show(spot.value)} is not allowed here`, remedy);
    }
    case 'too_small':
    case 'too_big': {
      const least = issue.code === 'too_small';
      const bound = String(least ? issue.minimum : issue.maximum);
      const unit = { string: ' characters', array: ' entries', set: ' entries' }[issue.origin as string] ?? '';
      const limit = `${least ? 'at least' : 'at most'} ${bound}${unit}`;
      return finding(
        'WRONG_VALUE',
        `${show(spot.value)} is out of range: it must be ${limit}`,
        `write ${hint || limit}`,
      );
    }
    default:
      return finding(
        'WRONG_VALUE',
        `${show(spot.value)} is not allowed here`,
        hint === '' ? issue.message : `write ${hint}`,
      );
  }
}

function missingOrWrong(spot: Spot, hint: string, expected?: string): [ProblemCode, string, string] {
  const shape = hint === '' ? (SHAPES[expected ?? ''] ?? 'a value') : hint;
  if (spot.value === undefined) return ['MISSING_KEY', 'is missing', `add it: ${shape}`];
  const wanted = SHAPES[expected ?? ''];
  return ['WRONG_TYPE', `${show(spot.value)} is not ${wanted ?? 'of the right kind'}`, `write ${shape}`];
}

const SHAPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list, as in `[a, b]`',
  object: 'a map, as in `{ key: value }`',
};

interface Spot {
  schema: z.ZodType;
  value: unknown;
  /** What the nearest schema says of itself, as something that `write …` may precede. */
  description: string;
  keys: readonly string[];
  notYet: Record<string, string>;
}

/** The schema and the value at a path. */
function follow(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): Spot {
  let spot = look(schema, value);
  for (const part of path) {
    const inner = innerSchema(spot.schema, part);
    const next = typeof spot.value === 'object' && spot.value !== null ? Reflect.get(spot.value, part) : undefined;
    if (inner === undefined) return { ...spot, value: next, keys: [], notYet: {} };
    spot = look(inner, next);
  }
  return spot;
}

/** Takes optional, default and transform wrappers off; the first description met counts. */
function look(schema: z.ZodType, value: unknown): Spot {
  let bare = schema;
  let description = bare.description ?? '';
  let later = notYet.get(bare) ?? {};
  for (let inner = unwrapped(bare); inner !== undefined; inner = unwrapped(bare)) {
    bare = inner;
    description ||= bare.description ?? '';
    later = { ...later, ...notYet.get(bare) };
  }
  const keys = bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
  return { schema: bare, value, description, keys, notYet: later };
}

function unwrapped(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return schema.unwrap() as z.ZodType;
  if (schema instanceof z.ZodPipe) return schema.in as z.ZodType;
  return undefined;
}

function innerSchema(schema: z.ZodType, part: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodObject) return schema.shape[String(part)] as z.ZodType | undefined;
  return undefined;
}

function chooseBranch(union: z.ZodType, value: unknown, errors: readonly z.core.$ZodIssue[][]) {
  if (!(union instanceof z.ZodUnion) || value === undefined) return undefined;
  const options = union.options.map((schema, at) => ({ schema: schema as z.ZodType, issues: errors[at] ?? [] }));
  return options.find((option) => shapeOf(look(option.schema, undefined).schema) === shapeOfValue(value));
}

function shapeOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodObject) return 'object';
  if (schema instanceof z.ZodArray) return 'array';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodLiteral) return typeof schema.value;
  return 'string';
}

const shapeOfValue = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;

const wordsOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [String(value)];

const listOf = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** A declaration holds no data, so what was written may be shown; long texts are cut. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return `\`${text.length > 60 ? `${text.slice(0, 57)}...` : text}\``;
}
