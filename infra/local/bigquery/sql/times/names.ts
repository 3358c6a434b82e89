export const MONTH_NAMES =
  'January February March April May June July August September October November December'.split(' ');
export const DAY_NAMES = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** The index of the name, whole or its first three letters, in any case, that the text has at the place, and its length. */
export function nameAt(
  names: readonly string[],
  text: string,
  place: number,
): { index: number; length: number } | undefined {
  const start = text.slice(place, place + 9).toLowerCase();
  const index = names.findIndex((name) => start.startsWith(name.slice(0, 3).toLowerCase()));
  const name = names[index];
  if (name === undefined) return undefined;
  return { index, length: start.startsWith(name.toLowerCase()) ? name.length : 3 };
}
