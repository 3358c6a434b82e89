import { InvalidArgumentError } from 'commander';

/** `12.5`, `$12.5` or `12.5 USD` → `12.5`. */
export function parseUsd(text: string): string {
  const usd = /^\s*\$?(\d{1,9}(?:\.\d{1,9})?)(?:\s*USD)?\s*$/i.exec(text)?.[1];
  if (usd === undefined || Number(usd) === 0)
    throw new InvalidArgumentError(
      'Give an amount in US dollars above 0, as in 12.5, or nothing for what it was said to cost.',
    );
  return usd;
}
