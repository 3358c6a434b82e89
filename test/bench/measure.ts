/** One line of the benchmark: what was measured, and what it is meant to be. */
export interface Measure {
  name: string;
  value: number;
  unit: string;
  /** Such as `<= 6.5`; absent = measured for the record. */
  goal?: string;
}

export function meets({ value, goal }: Measure): boolean | undefined {
  const [, relation, bound] = /^(<=|>=|<)\s*([\d.]+)$/.exec(goal ?? '') ?? [];
  if (!relation) return undefined;
  if (relation === '<=') return value <= Number(bound);
  return relation === '<' ? value < Number(bound) : value >= Number(bound);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
