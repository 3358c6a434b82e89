import { LIKELY, POSSIBLE, VERY_LIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector, Report } from './detector.ts';
import { isWordAt, type Scan } from './scan.ts';

const GCP_KEY = /AIza[0-9A-Za-z_-]{35}/y;
/** Base64url of `{"`, three parts; each bound is what a header of 8 KB holds, which keeps the pattern linear. */
const JWT = /eyJ[0-9A-Za-z_-]{8,8192}\.eyJ[0-9A-Za-z_-]{8,8192}\.[0-9A-Za-z_-]{8,8192}/y;
const BEARER =
  /(?:bearer|token|basic|apikey|api[_-]key|secret|access[_-]token|auth[_-]token)["']?\s{0,3}[:=]?\s{0,3}["']?([0-9A-Za-z_\-.~+/]{20,2048}={0,2})/giu;
/** Ids of access keys and of temporary ones. Source: IAM user guide, "Unique identifiers". */
const AWS_ID = /A(?:KIA|SIA|ROA|IDA)[A-Z2-7]{16}/y;
const AWS_SECRET = /(?:aws|secret)[a-z_ -]{0,30}["']?\s{0,3}[:=]\s{0,3}["']?([0-9A-Za-z/+]{40})(?![0-9A-Za-z/+=])/giu;
/** RFC 7468; up to the longest key in use, RSA with 16,384 bits. */
const PEM =
  /-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----[\s\S]{16,16384}?-----END (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----/y;
const BASIC = /authorization:\s{0,3}basic\s{1,3}([0-9A-Za-z+/]{4,2048}={0,2})/giu;
const PASSWORD =
  /(?:pass(?:word|wd|wort|phrase|code)|pwd|kennwort|contraseña|mot de passe)["']?\s{0,3}(?:[:=]|is|ist|es)\s{0,3}["']?([^\s"'<>]{4,128})/giu;
/** Any word that one of the patterns below begins with: one search instead of four spares most texts. */
const OPENING = /pass|pwd|kennwort|contrase|mot de|secret|token|bearer|basic|aws|api/i;
const PASSWORD_COLUMN = createContextWords(['pass(?:word|wd|wort|phrase|code)', 'pwd', 'kennwort', 'contraseña']);

export const SECRETS: Detector = {
  infoTypes: [
    'AUTH_TOKEN',
    'GCP_API_KEY',
    'JSON_WEB_TOKEN',
    'AWS_CREDENTIALS',
    'ENCRYPTION_KEY',
    'BASIC_AUTH_HEADER',
    'PASSWORD',
  ],
  find(scan, report, wanted) {
    const { text } = scan;
    if (wanted.has('GCP_API_KEY')) findPrefixed(text, 'AIza', GCP_KEY, 'GCP_API_KEY', report);
    if (wanted.has('JSON_WEB_TOKEN')) findPrefixed(text, 'eyJ', JWT, 'JSON_WEB_TOKEN', report);
    if (wanted.has('ENCRYPTION_KEY')) findKeys(text, report);
    if (wanted.has('AWS_CREDENTIALS')) {
      for (const prefix of AWS_PREFIXES) findPrefixed(text, prefix, AWS_ID, 'AWS_CREDENTIALS', report);
    }
    if (wanted.has('PASSWORD') && isPasswordColumn(scan)) report('PASSWORD', 0, text.length, LIKELY);
    if (!OPENING.test(text)) return;
    if (wanted.has('AWS_CREDENTIALS')) findAwsSecrets(text, report);
    if (wanted.has('BASIC_AUTH_HEADER'))
      findNamed(text, BASIC, (token, start) => report('BASIC_AUTH_HEADER', start, start + token.length, VERY_LIKELY));
    if (wanted.has('PASSWORD')) findPasswords(text, report);
    if (!wanted.has('AUTH_TOKEN')) return;
    findNamed(text, BEARER, (token, start, whole) => {
      if (isRandom(token))
        report('AUTH_TOKEN', start, start + token.length, /^bearer|^basic/i.test(whole) ? LIKELY : POSSIBLE);
    });
  },
};

/** Calls `accept` with each first group of the pattern, where it starts, and the whole match. */
function findNamed(text: string, pattern: RegExp, accept: (token: string, start: number, whole: string) => void): void {
  for (const match of text.matchAll(pattern)) {
    const token = match[1] as string;
    accept(token, match.index + match[0].length - token.length, match[0]);
  }
}

function findPrefixed(text: string, prefix: string, pattern: RegExp, infoType: string, report: Report): void {
  for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + 1)) {
    // A hyphen goes on with the token before: without this check `-eyJ-eyJ-…` would be read anew at each part.
    if (isWordAt(text, at - 1) || text[at - 1] === '-') continue;
    pattern.lastIndex = at;
    if (!pattern.test(text) || isWordAt(text, pattern.lastIndex)) continue;
    report(infoType, at, pattern.lastIndex, VERY_LIKELY);
    at = pattern.lastIndex - 1;
  }
}

const AWS_PREFIXES = ['AKIA', 'ASIA', 'AROA', 'AIDA'];

function findAwsSecrets(text: string, report: Report): void {
  findNamed(text, AWS_SECRET, (token, start, whole) => {
    if (isRandom(token))
      report('AWS_CREDENTIALS', start, start + token.length, /aws/i.test(whole) ? VERY_LIKELY : POSSIBLE);
  });
}

function findKeys(text: string, report: Report): void {
  for (let at = text.indexOf('-----BEGIN '); at >= 0; at = text.indexOf('-----BEGIN ', at + 1)) {
    // Without an end no key is whole, however many begin.
    if (text.indexOf('-----END ', at) < 0) return;
    PEM.lastIndex = at;
    if (!PEM.test(text)) continue;
    report('ENCRYPTION_KEY', at, PEM.lastIndex, VERY_LIKELY);
    at = PEM.lastIndex - 1;
  }
}

/** `password: hunter2`; behind `is` only what no word looks like, since a password is often said to be wrong. */
function findPasswords(text: string, report: Report): void {
  findNamed(text, PASSWORD, (token, start, whole) => {
    const value = token.replace(/[.,;)]+$/, '');
    const named = /[:=]/.test(whole.slice(0, whole.length - token.length));
    const mixed = /\p{L}/u.test(value) && /[^\p{L}]/u.test(value);
    if (value.length >= 4 && (named || mixed))
      report('PASSWORD', start, start + value.length, mixed ? LIKELY : POSSIBLE);
  });
}

function isPasswordColumn(scan: Scan): boolean {
  const { text, header } = scan;
  return (
    header !== undefined &&
    text.length >= 4 &&
    text.length <= 128 &&
    !/\s/.test(text) &&
    PASSWORD_COLUMN.near(scan, 0, 0, 0)
  );
}

/** A token mixes digits and letters; a path or a word does not. */
const isRandom = (token: string) => /\d/.test(token) && /[A-Za-z]/.test(token) && new Set(token).size >= 10;
