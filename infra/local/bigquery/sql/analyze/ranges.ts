/** A bound of a range, as SQL; NULL where the range is unbounded. */
export function rangeBound(range: string, side: 'start' | 'end'): string {
  const bound = `struct_extract(${range}, '${side === 'start' ? 's' : 'e'}')`;
  return `CASE WHEN isfinite(${bound}) THEN ${bound} END`;
}
