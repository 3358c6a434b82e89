import { InvalidArgumentError, Option } from 'commander';
import { DEFAULT_DATA } from './endpoints.ts';

/** Nothing here may import the compiler: most commands do without it, and it takes as long to load as they take to run. */

const DEFAULT_PROJECT = 'sql';

/** Options that several commands share, and what their values must be. */

export interface DataOption {
  data: string;
}
/** A local cloud by its folder, or a deployment at Google by its name. */
export interface PlaceOption extends DataOption {
  env?: string;
}
export interface JsonOption {
  json?: true;
}

export const dataOption = (fallback = DEFAULT_DATA): Option =>
  new Option('--data <dir>', 'folder of the local cloud').default(fallback);

export const envOption = (): Option =>
  new Option('--env <name>', 'a deployment at Google: infra/deploy/env/NAME.json').conflicts('data');

export const jsonOption = (): Option => new Option('--json', 'one JSON document on stdout, and nothing else');

export const projectOption = (): Option =>
  new Option('--project <dir>', 'folder with sources/ and transforms/').default(DEFAULT_PROJECT);

export function parseDay(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 2026-02-30 is read as a day of March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('Give a day such as 2026-01-31.');
  return text;
}

const wholeNumber =
  (least: number, most: number, what: string) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Give ${what}, from ${least} to ${most}.`);
    return value;
  };

/** Ten ports are taken from this one on. */
export const parsePort = wholeNumber(1024, 65_526, 'the first of ten consecutive ports');
export const parseSeed = wholeNumber(0, 4_294_967_295, 'a whole number');
export const parseMaxRows = wholeNumber(1, 1_000_000, 'a number of rows');
