import { ApiError } from '../../api-error.ts';

/** `field = value` and `field != value`, joined by AND or nothing. */
const RESTRICTION = /\s*(?:AND\s+)?(\w+)\s*(=|!=)\s*(?:"([^"]*)"|([\w./-]+))(?=\s|$)/iy;

/**
 * What a list's filter accepts: each of `fields` reads a field of an item, in capitals where it is an enum's.
 * @throws ApiError UNIMPLEMENTED for OR, other operators and other fields.
 */
export function planFilter<T>(filter: string, fields: Record<string, (item: T) => string>): (item: T) => boolean {
  const restrictions: ((item: T) => boolean)[] = [];
  for (RESTRICTION.lastIndex = 0; RESTRICTION.lastIndex < filter.trimEnd().length; ) {
    const [, field = '', operator, quoted, bare = ''] = RESTRICTION.exec(filter) ?? [];
    const read = fields[field.toLowerCase()];
    if (!read) {
      throw new ApiError(
        'UNIMPLEMENTED',
        `filter ${filter}: the local cloud takes = and != of ${Object.keys(fields).join(', ')}, joined by AND`,
      );
    }
    const value = (quoted ?? bare).toUpperCase();
    restrictions.push((item) => (read(item).toUpperCase() === value) === (operator === '='));
  }
  return (item) => restrictions.every((accepts) => accepts(item));
}
