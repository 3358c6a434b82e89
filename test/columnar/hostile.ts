import fc from 'fast-check';
import type { CsvFormat } from '../../functions/model/source.ts';

/** Text that breaks naive readers: what separates and quotes, what is invisible, what is nothing, what is long. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  {
    weight: 4,
    arbitrary: fc
      .array(
        fc.constantFrom(
          '"',
          '""',
          "'",
          ',',
          ';',
          '\t',
          '|',
          '\n',
          '\r',
          '\r\n',
          '\\',
          '\\"',
          '\\n',
          ' ',
          '  ',
          '\0',
          '\ufeff',
          '\u00a0',
          '\u2028',
          'NULL',
          '\\N',
          'a',
          'é',
          'e\u0301',
          '😀',
          '👩‍👩‍👧',
          'ß',
          'İ',
          '0',
          '#',
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', 'null', 'NULL', '\\N', 'x'.repeat(5000)) },
);

export type Cell = string | null;

export const cell: fc.Arbitrary<Cell> = fc.option(hostileText, { freq: 6 });

export const dialect: fc.Arbitrary<CsvFormat> = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', ' '),
    quoting: fc.constantFrom(
      { quote: '"', escape: '"' },
      { quote: '"', escape: '\\' },
      { quote: "'", escape: "'" },
      { quote: '', escape: '' },
    ),
    nullMarker: fc.constantFrom('', 'NULL', '\\N'),
    header: fc.boolean(),
  })
  .map(({ delimiter, quoting, nullMarker, header }) => ({ type: 'csv', delimiter, ...quoting, nullMarker, header }));

/** Whether a dialect can write the text at all: without quotes what separates cannot be said, nor a marker that is an escape. */
export function isWritable(text: Cell, format: CsvFormat): boolean {
  if (text === null) return true;
  if (format.quote !== '') return text !== format.nullMarker || format.escape !== '\\' || !text.includes('\\');
  return text !== format.nullMarker && !/[\r\n]/.test(text) && !text.includes(format.delimiter);
}

/** One field; quoted where it must be, and where `quoted` says so. */
export function renderField(text: Cell, format: CsvFormat, quoted: boolean): string {
  const { delimiter, quote, escape: escaping, nullMarker } = format;
  if (text === null) return nullMarker;
  if (quote === '') return text;
  const special = /[\r\n]/.test(text) || text.includes(delimiter) || text.includes(quote);
  if (!quoted && !special && text !== nullMarker) return text;
  const inside = escaping === quote ? text : text.replaceAll(escaping, escaping + escaping);
  return quote + inside.replaceAll(quote, escaping + quote) + quote;
}
