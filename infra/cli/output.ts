import { styleText } from 'node:util';

/** Where commands write: results on stdout, everything else on stderr. Colours only where a person looks. */

type Style = Parameters<typeof styleText>[0];

export const print = (text = ''): void => void process.stdout.write(`${printable(text)}\n`);
export const note = (text: string): void => void process.stderr.write(`${printable(text)}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));

/** A colour as `paint` writes it, or a character that steers a terminal or turns the direction of what follows. */
const STEERING = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m|[\\p{Cc}\\u202A-\\u202E\\u2066-\\u2069]`, 'gu');

/**
 * Names of files come from whoever may write into the raw bucket, and a terminal obeys what is printed on it: nothing but
 * colours, tabs and line feeds gets through. Written as JSON writes it, so that JSON stays JSON.
 */
export const printable = (text: string): string =>
  text.replace(STEERING, (found) =>
    found.length > 1 || found === '\n' || found === '\t'
      ? found
      : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** For stdout; NO_COLOR and a stdout that is no terminal leave the text as it is. */
export const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });
/** For stderr. */
export const paintNote = (style: Style, text: string): string => styleText(style, text, { stream: process.stderr });

export const isTerminal = (): boolean => process.stdout.isTTY === true;

/** What happens meanwhile: on a terminal among the results, elsewhere out of their way. */
export const tellProgress = (text: string): void => (isTerminal() ? print(text) : note(text));

/** Wider than this no line of ours needs to be, and elsewhere than on a terminal nobody says how wide it is. */
const WIDEST = 100;
export const width = (): number => Math.min(WIDEST, isTerminal() ? (process.stdout.columns ?? WIDEST) : WIDEST);
