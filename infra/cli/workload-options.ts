import { InvalidArgumentError, Option } from 'commander';
import type { Workload } from '../bill/workload.ts';

/** One flag for each input of a modelled month. */

const amount =
  (rule: string, isRight: (value: number) => boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || !isRight(value)) throw new InvalidArgumentError(`Give ${rule}.`);
    return value;
  };

const anyAmount = amount('a number of 0 or more', () => true);
const whole = amount('a whole number', Number.isSafeInteger);
const positive = amount('a whole number from 1', (value) => Number.isSafeInteger(value) && value >= 1);
/** More than 100% may be sent: a date goes with what it is shifted by. */
const percentage = (most: number) => {
  const parse = amount(`a percentage from 0 to ${most}, without its sign`, (value) => value <= most);
  return (text: string): number => parse(text) / 100;
};

interface Flag {
  key: keyof Workload;
  flags: string;
  help: string;
  parse?: (text: string) => number;
}

const FLAGS: readonly Flag[] = [
  { key: 'sources', flags: '--sources <n>', help: 'sources of which a file is expected', parse: whole },
  { key: 'gbPerDay', flags: '--gb-per-day <gb>', help: 'GB of plain raw files a day', parse: anyAmount },
  { key: 'filesPerDay', flags: '--files-per-day <n>', help: 'files a day, each loaded by itself', parse: whole },
  { key: 'mergesPerDay', flags: '--merges-per-day <n>', help: 'of them, files that are merged by key', parse: whole },
  {
    key: 'mergedTableGb',
    flags: '--merged-table-gb <gb>',
    help: 'GB of a table that files are merged into; each merge reads it',
    parse: anyAmount,
  },
  { key: 'transforms', flags: '--transforms <n>', help: 'transforms that each night builds', parse: whole },
  {
    key: 'loadBuildsPerDay',
    flags: '--load-builds-per-day <n>',
    help: 'transforms a day that loads build',
    parse: whole,
  },
  { key: 'reads', flags: '--reads <n>', help: 'how often a night reads each byte of its day', parse: anyAmount },
  {
    key: 'sensitiveShare',
    flags: '--sensitive-percent <p>',
    help: 'raw bytes that stand in protected columns',
    parse: percentage(100),
  },
  {
    key: 'inspectedShare',
    flags: '--inspected-percent <p>',
    help: 'of those, bytes that DLP inspects (as measured, unless said)',
    parse: percentage(200),
  },
  {
    key: 'transformedShare',
    flags: '--transformed-percent <p>',
    help: 'of those, bytes that DLP transforms (as measured, unless said)',
    parse: percentage(200),
  },
  { key: 'cmek', flags: '--cmek', help: 'with keys of the project’s own' },
  { key: 'cmek', flags: '--no-cmek', help: 'with Google’s keys' },
  { key: 'retentionDays', flags: '--retention-days <n>', help: 'days that files and rows are kept', parse: positive },
  { key: 'month', flags: '--month <n>', help: 'which month since the first deployment', parse: positive },
  { key: 'deployments', flags: '--deployments <n>', help: 'deployments in the month', parse: whole },
  { key: 'regional', flags: '--regional', help: 'buckets in us-central1, not in the US multi-region' },
  { key: 'regional', flags: '--no-regional', help: 'buckets in the US multi-region' },
];

/** What was given of them. */
export type WorkloadOptions = Partial<Workload>;

/** Commander names an option's value after its flag; the workload after what it is. */
const optionOf = ({ flags, help, parse }: Flag): Option => {
  const option = new Option(flags, help);
  return parse ? option.argParser(parse) : option;
};

export const workloadOptions = (): Option[] => FLAGS.map(optionOf);

/** The inputs that were given, by their names in the workload; the rest is the preset's. */
export function readWorkload(given: Readonly<Record<string, unknown>>): WorkloadOptions {
  const named = FLAGS.map((flag): [string, unknown] => [flag.key, given[optionOf(flag).attributeName()]]);
  return Object.fromEntries(named.filter(([, value]) => value !== undefined));
}
