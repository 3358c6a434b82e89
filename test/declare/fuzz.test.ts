import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from './projects.ts';
import { sampleDeclarations } from './sample-files.ts';

const files = Object.entries(sampleDeclarations());

/** A slip of an editor: some text replaced by some other, which may be nothing, a quote, or a piece of the file itself. */
const slip = fc.record({
  at: fc.nat({ max: 5000 }),
  length: fc.nat({ max: 30 }),
  text: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      "'",
      '`',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ':',
      '- ',
      '\n',
      '\n  ',
      '*/',
      '/*',
      '--',
      ';',
      ',',
      '@',
      '\t',
      '&a',
      '*a',
      '\0',
      '\ud800',
      '😀',
    ),
    fc.string({ maxLength: 8 }),
  ),
});

test('whatever is written, the compiler answers with a release or with problems, each in place', () => {
  fc.assert(
    fc.property(fc.nat({ max: files.length - 1 }), fc.array(slip, { minLength: 1, maxLength: 3 }), (which, slips) => {
      const edited = files.map(([path, text], at): [string, string] => [
        path,
        at === which ? slips.reduce(apply, text) : text,
      ]);
      const { release, problems } = compile(Object.fromEntries(edited));
      expect(release === undefined).toBe(problems.length > 0);
      for (const { file, line, column, remedy } of problems) {
        const lines = (edited.find(([path]) => path === file)?.[1] ?? '').split('\n');
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThan(0);
        expect(remedy).not.toBe('');
      }
    }),
    { numRuns: 100 },
  );
});

function apply(text: string, edit: { at: number; length: number; text: string }): string {
  const at = edit.at % (text.length + 1);
  return text.slice(0, at) + edit.text + text.slice(at + edit.length);
}
