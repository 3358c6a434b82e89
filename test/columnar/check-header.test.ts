import { describe, expect, test } from 'vitest';
import { checkHeader } from '../../functions/columnar/check-header.ts';
import { column } from './declarations.ts';

const declared = [column('id'), column('mail', 'STRING', { from: 'E-Mail' }), column('country')];
const codes = (header: string[], allowUnknown = false) =>
  checkHeader(header, declared, allowUnknown).reasons.map(({ code, column: named }) => `${code} ${named}`);

describe('a header', () => {
  test.each<[string[], string[]]>([
    [['id', 'E-Mail', 'country'], []],
    [['country', 'id', 'E-Mail'], []],
    [['id', 'country'], ['MISSING_COLUMN E-Mail']],
    [
      ['id', 'mail', 'country'],
      ['MISSING_COLUMN E-Mail', 'UNKNOWN_COLUMN mail'],
    ],
    [
      ['ID', 'E-Mail', 'country'],
      ['MISSING_COLUMN id', 'UNKNOWN_COLUMN ID'],
    ],
    [
      ['id ', 'E-Mail', 'country'],
      ['MISSING_COLUMN id', 'UNKNOWN_COLUMN id '],
    ],
    [['id', 'E-Mail', 'country', 'age', ''], ['UNKNOWN_COLUMN age, #5']],
    [['id', 'E-Mail', 'id', 'country'], ['DUPLICATE_COLUMN id']],
    [[''], ['MISSING_COLUMN id, E-Mail, country', 'UNKNOWN_COLUMN #1']],
  ])('%j is refused for %j', (header, expected) => {
    expect(codes(header)).toEqual(expected);
  });

  test('may have unknown columns that are held back, and says where', () => {
    expect(checkHeader(['age', 'id', 'E-Mail', 'country', 'age'], declared, true)).toEqual({
      reasons: [],
      unknown: [0, 4],
    });
    expect(codes(['age', 'id', 'E-Mail'], true)).toEqual(['MISSING_COLUMN country']);
  });

  test.each([[['4711', 'ada@example.com', 'DE']], [['Ada', 'Lovelace', 'London']], [['id', 'Ada', 'Lovelace']]])(
    'that is a row of data is refused without a value of it',
    (header) => {
      const said = JSON.stringify(checkHeader(header, declared, false));
      for (const value of header.filter((name) => name !== 'id')) expect(said).not.toContain(value);
    },
  );

  test('of a known kind names only what looks like a name', () => {
    const said = JSON.stringify(
      checkHeader(['id', 'E-Mail', 'country', 'ada@example.com', 'x'.repeat(100)], declared, false),
    );
    expect(said).toContain('#4, #5');
    expect(said).not.toContain('ada');
  });
});
