import { LIKELY } from '../inspect/likelihood.ts';
import type { Verdict } from './verdict.ts';

/** Longer than any label with its sign: `"place of birth" : "`. */
const REACH = 28;
const PLACE =
  /(?:^|[\n,;|{(]) ?"?(?:(?:birth|home|current|shipping|billing|mailing)[ _-]?)?(?:city|town|country|county|region|province|village|birthplace|place of birth|country of (?:birth|residence|origin)|nationality|ort|stadt|land|ville|pays|ciudad|país|città|paese|cidade|miasto|stad)"? ?[:=] ?"?$/iu;
const VALUE = /[^\n\r\t,;|"(){}[\]<>\d:=]{2,40}/uy;
const MOST_WORDS = 5;

/** `City: San Venera Ligure`: what stands behind a form's label is the whole value, whatever it would be alone. */
export function labelledPlace(text: string, start: number): Verdict | undefined {
  const sign = text.charCodeAt(start - 1) === 0x20 || text.charCodeAt(start - 1) === 0x22 ? start - 2 : start - 1;
  if (!isLabelSign(text.charCodeAt(sign)) && !isLabelSign(text.charCodeAt(sign - 1))) return undefined;
  if (!PLACE.test(text.slice(Math.max(0, start - REACH), start))) return undefined;
  VALUE.lastIndex = start;
  const value = VALUE.exec(text)?.[0].replace(/[ .]+$/, '');
  if (!value || value.split(' ').length > MOST_WORDS || /\.\s/.test(value)) return undefined;
  return { infoType: 'LOCATION', start, end: start + value.length, likelihood: LIKELY };
}

/** `City:` at the beginning of a line names what follows. */
export const isFormLabel = (text: string, end: number): boolean => isLabelSign(text.charCodeAt(end));

const isLabelSign = (code: number): boolean => code === 0x3a || code === 0x3d;
