import { expect } from 'vitest';
import { compileRelease } from '../../functions/declare/compile-release.ts';
import type { Problem } from '../../functions/declare/problem.ts';
import type { Release } from '../../functions/model/release.ts';

export type Files = Record<string, string>;

export const compile = (files: Files, options: { id?: string; project?: string } = {}) =>
  compileRelease({ files: Object.entries(files).map(([path, text]) => ({ path, text })), ...options });

/** For tests of what a good project becomes. */
export function release(files: Files, options: { id?: string; project?: string } = {}): Release {
  const { release, problems } = compile(files, options);
  if (release === undefined) throw new Error(`the project does not compile: ${JSON.stringify(problems, null, 2)}`);
  return release;
}

/** What tests assert: where and what, not the wording. */
export const brief = ({ file, line, key, code }: Problem): string => `${file}:${line} ${key} ${code}`;

/** A good source; tests change one of its lines. */
export const CUSTOMERS = `files: shop/customers/*.csv
format: { type: csv, header: true }
load: { mode: merge, key: [id], order_by: [updated_at] }
partition: { by: signup, grain: month }
cluster: [country]
batch: 5m
on_new_column: quarantine
bad_rows: { allow: 0.1% }
expect: { every: 1 day, by: "02:00", min_rows: 1 }
columns:
  - { name: id, type: STRING, mode: required, privacy: public }
  - { name: email, type: STRING, normalize: [trim, lower], privacy: { tokenize: { key: pii } } }
  - { name: birthday, type: DATE, privacy: { date_shift: { days: 30, by: id, key: pii } } }
  - { name: amount, type: "NUMERIC(10,2)", privacy: public }
  - { name: country, type: STRING, privacy: public }
  - { name: signup, type: DATE, privacy: public }
  - { name: updated_at, type: TIMESTAMP, privacy: public }
  - { name: extra, type: STRING, privacy: public }
`;

/** A good source of nested data; tests change one of its lines. */
export const ORDERS = `files: shop/orders/*.ndjson
format: { type: ndjson }
load: { mode: append }
columns:
  - { name: order_id, type: STRING, privacy: public }
  - name: items
    type: RECORD
    mode: repeated
    privacy: public
    fields:
      - { name: sku, type: STRING, privacy: public }
      - { name: quantity, type: INT64, privacy: public }
  - { name: tags, type: STRING, mode: repeated, privacy: public }
  - { name: payload, type: JSON, privacy: public }
  - { name: ordered_at, type: TIMESTAMP, privacy: public }
`;

/** The text with line `line` (from 1) replaced; an empty replacement takes the line out. */
export function withLine(text: string, line: number, replacement: string): string {
  const lines = text.split('\n');
  lines.splice(line - 1, 1, ...(replacement === '' ? [] : replacement.split('\n')));
  return lines.join('\n');
}

/** One line of a good source is replaced; the problem is told at that line unless a fourth entry says another. */
export type Case = [what: string, line: number, replacement: string, expected: string | string[], at?: number];

/** Line 18 of CUSTOMERS, the column `extra`, with another type and privacy. */
export const column = (text: string) =>
  `  - { name: extra, type: STRING, privacy: public }`.replace(/type: STRING, privacy: public/, text);

/** Just these problems, all in this line; each says what to do. */
export const expectProblems = (file: string, text: string, line: number, expected: string | string[]) => {
  const { release, problems } = compile({ [file]: text });
  expect(release).toBeUndefined();
  expect(problems.map(brief)).toEqual([expected].flat().map((one) => `${file}:${line} ${one}`));
  for (const { message, remedy, column } of problems) {
    expect(message).not.toBe('');
    expect(remedy).not.toBe('');
    expect(column).toBeGreaterThan(0);
  }
};
