import { LIKELY, POSSIBLE, VERY_LIKELY } from '../inspect/likelihood.ts';
import type { Detector, Report } from './detector.ts';
import { domainEnd, isLabel, LONGEST_DOMAIN } from './email.ts';
import { isDigit, isLetter, isWordAt, type Scan } from './scan.ts';

/** Browsers take URLs of about this length; it bounds the work at each one. */
const LONGEST = 2083;
const SCHEMES = ['https', 'http', 'ftps', 'ftp', 'sftp', 'ws', 'wss', 'file', 's3', 'gs'];
/** Generic domains, and those of countries that are common in text and no English word. A domain without a scheme must end in one. */
const KNOWN_DOMAINS = new Set(
  (
    'com org net edu gov mil int info biz io ai app dev cloud xyz online shop store tech site name pro mobi ' +
    'uk us de fr es it nl eu ch at ca au nz jp cn br mx ru pl se dk fi cz pt gr hu ro bg ua tr za kr tw hk sg ie'
  ).split(' '),
);

export const URL_AND_DOMAIN: Detector = {
  infoTypes: ['URL', 'DOMAIN_NAME'],
  find(scan, report, wanted) {
    findSchemes(scan, report);
    findDomains(scan, report, wanted.has('URL'));
  },
};

function findSchemes({ text }: Scan, report: Report): void {
  let end = 0;
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', Math.max(at + 3, end))) {
    const scheme = SCHEMES.find(
      (name) =>
        text.slice(Math.max(end, at - name.length), at).toLowerCase() === name && !isWordAt(text, at - name.length - 1),
    );
    if (!scheme) continue;
    const start = at - scheme.length;
    end = pathEnd(text, at + 3);
    if (
      end > at + 3 &&
      (scheme === 'file' || scheme === 's3' || scheme === 'gs' || hostIsPlausible(text, at + 3, end))
    ) {
      report('URL', start, end, VERY_LIKELY);
    }
  }
}

function hostIsPlausible(text: string, start: number, end: number): boolean {
  const authority = text.slice(start, end).split(/[/?#]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.startsWith('[')) return host.includes(']');
  const name = host.replace(/:\d*$/, '');
  return (
    /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.toLowerCase() === 'localhost' || domainEnd(name, 0) === name.length
  );
}

/** `www.example.com/path` is a URL, `example.com` a domain (and with a path a URL). */
function findDomains({ text }: Scan, report: Report, urls: boolean): void {
  let end = 0;
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', Math.max(dot + 1, end))) {
    if (!isLabel(text.charCodeAt(dot - 1)) || !isLabel(text.charCodeAt(dot + 1))) continue;
    const numberEnd = decimalsEnd(text, dot);
    if (numberEnd > 0) {
      end = numberEnd;
      continue;
    }
    let start = dot - 1;
    while (start > end && dot - start < 63 && isLabel(text.charCodeAt(start - 1))) start--;
    const stop = domainEnd(text, start);
    if (stop === 0) {
      // No label of the chain is a top-level domain: it need not be read again from its next dot.
      end = chainEnd(text, start);
      continue;
    }
    const before = text[start - 1];
    // What stands behind `@` is an e-mail's domain; behind `://` or a path's slash it is part of a URL.
    if (
      before === '@' ||
      before === '/' ||
      before === '.' ||
      before === '_' ||
      text[stop] === '@' ||
      text[stop] === '('
    ) {
      end = stop;
      continue;
    }
    const last = text.slice(text.lastIndexOf('.', stop - 1) + 1, stop).toLowerCase();
    const www = text.slice(start, start + 4).toLowerCase() === 'www.';
    if (!www && !KNOWN_DOMAINS.has(last)) {
      end = stop;
      continue;
    }
    end = stop;
    report('DOMAIN_NAME', start, stop, LIKELY);
    if (!urls) continue;
    const path = text[stop] === '/' ? pathEnd(text, stop) : stop;
    if (www && text.indexOf('.', start + 4) < stop && text.indexOf('.', start + 4) > 0)
      report('URL', start, path, LIKELY);
    else if (path > stop + 1) report('URL', start, path, POSSIBLE);
    end = path;
  }
}

/** End of `480.46`, the most common thing with a dot in it; 0 where a label goes on from the digits or another follows. */
function decimalsEnd(text: string, dot: number): number {
  if (!isDigit(text.charCodeAt(dot - 1))) return 0;
  let end = dot + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  const code = text.charCodeAt(end);
  return end > dot + 1 && code !== 0x2e && !isLabel(code) ? end : 0;
}

/** Where what was read of a chain of labels ends. */
function chainEnd(text: string, start: number): number {
  const limit = Math.min(text.length, start + LONGEST_DOMAIN);
  let end = start;
  while (end < limit && (isLabel(text.charCodeAt(end)) || text.charCodeAt(end) === 0x2e)) end++;
  return end;
}

/** End of what may stand in a URL; punctuation at its end belongs to the sentence. */
function pathEnd(text: string, start: number): number {
  const limit = Math.min(text.length, start + LONGEST);
  let end = start;
  while (end < limit && isUrlCode(text.charCodeAt(end))) end++;
  const opens = text.slice(start, end).includes('(');
  while (end > start && TRAILING.has(text.charCodeAt(end - 1)) && !(opens && text[end - 1] === ')')) end--;
  return end;
}

/** RFC 3986's characters, and letters of any script; quotes and brackets that usually enclose a URL are left out. */
function isUrlCode(code: number): boolean {
  return isDigit(code) || isLetter(code) || URL_PUNCTUATION.has(code);
}

const codes = (characters: string) => new Set([...characters].map((character) => character.charCodeAt(0)));
const URL_PUNCTUATION = codes('-._~:/?#[]@!$&()*+,;=%');
const TRAILING = codes('.,;:!?)]*~');
