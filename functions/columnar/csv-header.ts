import type { CsvFormat } from '../model/source.ts';

/**
 * Splits one sound record into its fields as the reader does: one space before a quote and any after it are skipped, an escape
 * stands for the character behind it. `record` is a whole record as the scanner found it, its line end included.
 */
export function parseCsvRecord(record: string, format: Pick<CsvFormat, 'delimiter' | 'quote' | 'escape'>): string[] {
  const { delimiter, quote } = format;
  const escaping = format.escape === '' ? quote : format.escape;
  const text = record.replace(/\r?\n$/, '');
  const fields: string[] = [];
  for (let at = 0; at <= text.length; at++) {
    const first = delimiter !== ' ' && text.charAt(at) === ' ' ? at + 1 : at;
    if (quote !== '' && text.charAt(first) === quote) {
      let field = '';
      for (at = first + 1; at < text.length; at++) {
        const character = text.charAt(at);
        if (character === escaping && (escaping !== quote || text.charAt(at + 1) === quote)) field += text.charAt(++at);
        else if (character === quote) break;
        else field += character;
      }
      fields.push(field);
      const end = text.indexOf(delimiter, at);
      at = end === -1 ? text.length : end;
    } else {
      const end = text.indexOf(delimiter, at);
      fields.push(text.slice(at, end === -1 ? undefined : end));
      at = end === -1 ? text.length : end;
    }
  }
  return fields;
}
