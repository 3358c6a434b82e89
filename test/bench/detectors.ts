import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base, en, Faker } from '@faker-js/faker';
import { INFO_TYPES } from '../../infra/local/dlp/detect/registry.ts';
import { createInspector, type Inspector } from '../../infra/local/dlp/inspect/inspect-text.ts';
import { planInspection } from '../../infra/local/dlp/inspect/plan-inspection.ts';
import { generateOrders } from './generate.ts';
import { type Measure, median } from './measure.ts';

/** The shapes that the structured detectors look for, as one would search for them with ripgrep. */
const PATTERNS: Record<string, string> = {
  EMAIL_ADDRESS: String.raw`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,24}`,
  PHONE_NUMBER: String.raw`(?:\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}`,
  CREDIT_CARD_NUMBER: String.raw`\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}\b`,
  US_SOCIAL_SECURITY_NUMBER: String.raw`\b\d{3}-\d{2}-\d{4}\b`,
  IBAN_CODE: String.raw`\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b`,
  IP_ADDRESS: String.raw`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`,
  URL: String.raw`https?://\S+`,
};
const BYTES = 40e6;
const ROUNDS = 5;
const NOTES = 20_000;
const PIECE_BYTES = 400_000;

/** MB of CPU second on one thread. */
export interface DetectorSpeeds {
  /** Structured infoTypes, and ripgrep (undefined where it is not installed), on rows full of digits and on notes. */
  rows: { own: number; ripgrep: number | undefined };
  notes: { own: number; ripgrep: number | undefined };
  /** The whole set, on notes. */
  all: number;
}

/** Structured infoTypes against ripgrep in turns, and the whole set; texts are as large as a request may be. */
export async function measureDetectors(scratch: string): Promise<DetectorSpeeds> {
  const rows = join(scratch, 'rows.csv');
  await generateOrders(rows, BYTES);
  const notes = join(scratch, 'notes.txt');
  const written = writeNotes();
  writeFileSync(notes, written.repeat(Math.ceil(BYTES / written.length)));
  const structured = inspectorOf(Object.keys(PATTERNS));
  const all = inspectorOf(INFO_TYPES);
  const texts = piecesOf(written);
  speedOf(texts, all);
  return {
    rows: compare(rows, structured),
    notes: compare(notes, structured),
    all: median(Array.from({ length: ROUNDS }, () => speedOf(texts, all))),
  };
}

function compare(path: string, inspect: Inspector): { own: number; ripgrep: number | undefined } {
  const texts = piecesOf(readFileSync(path, 'utf8'));
  const haveRipgrep = spawnSync('rg', ['--version']).status === 0;
  const own: number[] = [];
  const theirs: number[] = [];
  speedOf(texts, inspect);
  for (let round = 0; round < ROUNDS; round++) {
    own.push(speedOf(texts, inspect));
    if (haveRipgrep) theirs.push(ripgrepSpeed(path));
  }
  return { own: median(own), ripgrep: haveRipgrep ? median(theirs) : undefined };
}

/** Whole lines of up to a request's size, each a string of its own rather than a view into the file's. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = from + PIECE_BYTES >= text.length ? text.length : text.lastIndexOf('\n', from + PIECE_BYTES) + 1;
    pieces.push(Buffer.from(text.slice(from, end)).toString());
    from = end;
  }
  return pieces;
}

function inspectorOf(infoTypes: readonly string[]): Inspector {
  return createInspector(
    planInspection(
      {
        infoTypes: infoTypes.map((name) => ({ name })),
        minLikelihood: 'POSSIBLE',
        minLikelihoodPerInfoType: [],
        limits: null,
        includeQuote: false,
        excludeInfoTypes: false,
        customInfoTypes: [],
        ruleSet: [],
      },
      { defaults: false },
    ),
  );
}

/** CPU seconds, which a shared machine disturbs less than the clock. */
function speedOf(texts: readonly string[], inspect: Inspector): number {
  const before = process.cpuUsage();
  let bytes = 0;
  let found = 0;
  for (const text of texts) {
    bytes += text.length;
    found += inspect(text).length;
  }
  const { user, system } = process.cpuUsage(before);
  if (found === 0) throw new Error('the benchmark found nothing: it measures nothing');
  return bytes / (user + system);
}

/** `bash -c times` tells the CPU time of its children. */
function ripgrepSpeed(path: string): number {
  const arguments_ = Object.values(PATTERNS)
    .map((pattern) => `-e '${pattern}'`)
    .join(' ');
  const output = execFileSync('bash', ['-c', `rg -j1 --count-matches ${arguments_} '${path}' && times`], {
    encoding: 'utf8',
  });
  const [user = 0, system = 0] = [...(output.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return statSync(path).size / 1e6 / (user + system);
}

/** Notes of a support desk: ordinary sentences, some of which name a person, a number or an address. */
function writeNotes(): string {
  const faker = new Faker({ locale: [en, base], seed: 7 });
  const asides = [
    () => `Called ${faker.person.fullName()} at ${faker.phone.number()}.`,
    () => `Please write to ${faker.internet.email()} about it.`,
    () => `Sent to ${faker.location.streetAddress()}, ${faker.location.city()}.`,
    () => '',
    () => '',
  ];
  const notes = Array.from({ length: NOTES }, () => {
    const aside = faker.helpers.arrayElement(asides)();
    return `${faker.lorem.sentences(2)} ${faker.hacker.phrase()} ${aside} ${faker.lorem.sentence()}\n`;
  });
  return notes.join('');
}

export function detectorMeasures({ rows, notes, all }: DetectorSpeeds): Measure[] {
  const against = (name: string, { own, ripgrep }: DetectorSpeeds['rows']): Measure[] => [
    { name: `detectors_${name}`, value: own, unit: 'MB/s, structured infoTypes' },
    ...(ripgrep === undefined
      ? []
      : [{ name: `detectors_${name}_to_ripgrep`, value: own / ripgrep, unit: "of ripgrep's MB/s", goal: '>= 0.5' }]),
  ];
  return [
    ...against('notes', notes),
    ...against('rows', rows),
    { name: 'detectors_notes_all', value: all, unit: 'MB/s, all infoTypes', goal: '>= 10' },
  ];
}
