import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { JobFailure, notSupported } from '../errors.ts';
import type { CsvOptions } from './csv-options.ts';
import type { SourceFile } from './source.ts';

/** The longest record that is read. BigQuery takes 100 MB; DuckDB holds two records' worth of buffer, so this bounds memory. */
export const MAX_LINE = 16 * 1024 * 1024;

/** Texts hold a byte a character. */
export interface CsvField {
  text: string;
  isQuoted: boolean;
}

export interface CsvRecord {
  /** From 1, the skipped rows included. */
  number: number;
  fields: CsvField[];
  /** Why BigQuery takes it for a bad record, whatever the schema. */
  fault: string | undefined;
}

/** A file's bytes, unpacked. Throws JobFailure where they cannot be. */
export async function* bytesOf(file: SourceFile): AsyncGenerator<Buffer> {
  const bytes = createReadStream(file.path, { highWaterMark: 1024 * 1024 });
  if (!file.gzip) return yield* bytes;
  const plain = createGunzip();
  const packed = pipeline(bytes, plain);
  // What goes wrong is thrown by the loop.
  packed.catch(() => undefined);
  try {
    yield* plain;
  } catch {
    throw new JobFailure('invalid', `Error while reading data, error message: ${file.uri} could not be unpacked`);
  }
}

/** UTF-8's, a byte a character. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const MARK = 'a byte order mark in front of data, which BigQuery wants removed';
const BLANK = 'a blank line in a CSV file; remove it';
const MISSING_QUOTE = 'Missing close quote character (")';
const AFTER_QUOTE = 'Data between close quote character (") and field separator';

/**
 * A file's records, cut by BigQuery's rules: line ends are `\n` and `\r\n`; without `quotedNewlines` each ends a record, in
 * quotes or not. Throws JobFailure for what BigQuery documents no rule of: a reader that guesses changes rows.
 */
export async function* readRecords(file: SourceFile, options: CsvOptions): AsyncGenerator<CsvRecord> {
  let number = 0;
  let open: Cutter | undefined;
  let blank = 0;
  let width = 0;
  const refuse = (what: string, at = number) => notSupported(`${what}; row ${at} of ${file.uri}`);
  for await (const { text, end } of linesOf(file)) {
    if (!open) {
      number++;
      const isData = number > options.skip;
      if (isData && text === '') {
        blank ||= number;
        continue;
      }
      if (blank) throw refuse(BLANK, blank);
      if (isData && number === 1 && text.startsWith(BYTE_ORDER_MARK)) throw refuse(MARK);
      open = new Cutter(options);
    }
    open.take(text);
    if (open.length > MAX_LINE) throw refuse(`a CSV row of more than ${MAX_LINE} bytes`);
    if (open.isInQuotes && options.quotedNewlines && end !== '') {
      open.take(end);
      continue;
    }
    const { fields, isInQuotes, strange, hasTextAfterQuote } = open;
    if (number > options.skip && strange !== undefined) throw refuse(strange);
    if (isInQuotes && options.quotedNewlines) break;
    open = undefined;
    width = fields.length;
    yield { number, fields, fault: isInQuotes ? MISSING_QUOTE : hasTextAfterQuote ? AFTER_QUOTE : undefined };
  }
  // Which rows such a quote has swallowed cannot be told, so that no number of bad records allows it.
  if (open)
    throw new JobFailure(
      'invalid',
      `Error while reading data, error message: ${MISSING_QUOTE}; row ${number} of ${file.uri}`,
    );
  // Behind the last row it says nothing; in a table of one column, or of jagged rows, it may mean NULL.
  if (blank && (options.jagged || width < 2)) throw refuse(BLANK, blank);
}

/** Lines with their ends; the last may have none. */
async function* linesOf(file: SourceFile): AsyncGenerator<{ text: string; end: string }> {
  let rest = '';
  for await (const chunk of bytesOf(file)) {
    const text = rest + chunk.toString('latin1');
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      const isPair = at > from && text.charCodeAt(at - 1) === 13;
      yield { text: text.slice(from, isPair ? at - 1 : at), end: isPair ? '\r\n' : '\n' };
      from = at + 1;
    }
    rest = text.slice(from);
    if (rest.length > MAX_LINE) break;
  }
  if (rest !== '') yield { text: rest, end: '' };
}

const LONE_RETURN = 'a carriage return that is no part of a line end';
/** BigQuery documents that the option keeps them, and not what becomes of them without. */
const CONTROL = 'a control character without preserveAsciiControlCharacters';
/** Those of the first 32 that are neither white space nor NUL, of which BigQuery tells. */
const isControl = (char: string) => char < ' ' && !'\0\t\n\r'.includes(char);

/** Cuts one record into its fields, piece by piece. */
class Cutter {
  fields: CsvField[] = [];
  length = 0;
  hasTextAfterQuote = false;
  /** What BigQuery documents no rule of. */
  strange: string | undefined;
  #state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  #text = '';
  readonly #options: CsvOptions;

  constructor(options: CsvOptions) {
    this.#options = options;
    this.#begin();
  }

  get isInQuotes(): boolean {
    return this.#state === 'quoted';
  }

  #begin(): void {
    this.fields.push({ text: '', isQuoted: false });
    this.#state = 'start';
    this.#text = '';
  }

  take(piece: string): void {
    const { delimiter, quote } = this.#options;
    this.length += piece.length;
    for (let at = 0; at < piece.length; at++) {
      const char = piece[at] as string;
      if (this.#state === 'quoted') {
        if (char !== quote) {
          if (isControl(char) && !this.#options.keepsControls) this.strange ??= CONTROL;
          if (char === '\r' && !this.#options.quotedNewlines) this.strange ??= LONE_RETURN;
          this.#text += char;
        } else if (piece[at + 1] === quote) this.#text += piece[at++ + 1];
        else this.#state = 'closed';
        continue;
      }
      if (char === delimiter) {
        this.#close();
        this.#begin();
      } else if (char === quote && this.#state === 'start') {
        this.#state = 'quoted';
        (this.fields.at(-1) as CsvField).isQuoted = true;
      } else if (this.#state === 'closed') this.hasTextAfterQuote = true;
      else {
        if (char === quote)
          this.strange ??= /^[ \t]*$/.test(this.#text)
            ? 'a space in front of an opening quote; remove it'
            : 'a quote inside of an unquoted field; quote the field and double the quote, or load with an empty quote';
        if (isControl(char) && !this.#options.keepsControls) this.strange ??= CONTROL;
        if (char === '\r') this.strange ??= LONE_RETURN;
        this.#state = 'plain';
        this.#text += char;
      }
    }
    this.#close();
  }

  #close(): void {
    (this.fields.at(-1) as CsvField).text = this.#text;
  }
}
