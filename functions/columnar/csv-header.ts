import type { CsvFormat } from '../model/source.ts';

/** Splits one record into its fields; `record` is a whole record as the scanner found it, its line end included. */
export function parseCsvRecord(record: string, format: Pick<CsvFormat, 'delimiter' | 'quote' | 'escape'>): string[] {
  const { delimiter, quote, escape: escaping } = format;
  const text = record.replace(/\r?\n$/, '');
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (quoted && character === escaping && text.charAt(i + 1) === quote) field += text.charAt(++i);
    else if (quoted && character === quote) quoted = false;
    else if (quoted) field += character;
    else if (character === quote && field === '') quoted = true;
    else if (character === delimiter) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  fields.push(field);
  return fields;
}
