import { InvalidArgumentError } from 'commander';

/** `customer_id=c1`, or a value alone, under no name. A value may hold an equals sign of its own. */
export function parseKey(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name = '', value = ''] = /^(?:([A-Za-z_]\w*)=)?(.*)$/s.exec(text) ?? [];
  if (value === '') throw new InvalidArgumentError('Give a column and its value, as in customer_id=c1.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError('Give each column once.');
  return { ...before, [name]: value };
}
