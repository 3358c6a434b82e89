import type { Likelihood } from './likelihood.ts';

/** Offsets in UTF-16 units, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

export interface Finding extends Span {
  infoType: string;
  likelihood: Likelihood;
}

/** A text's findings in order, to ask which of them meet a span without looking at all of them. */
export interface Neighbours {
  /** Whether a finding that overlaps `finding`, and is not itself, satisfies `accepts`. */
  some(finding: Finding, accepts: (other: Finding) => boolean): boolean;
}

export function createNeighbours(findings: readonly Finding[]): Neighbours {
  const sorted = [...findings].sort((a, b) => a.start - b.start);
  /** reach[k]: where the furthest of the first k + 1 findings ends. */
  const reach = new Int32Array(sorted.length);
  sorted.forEach(({ end }, k) => {
    reach[k] = Math.max(end, reach[k - 1] ?? 0);
  });
  return {
    some(finding, accepts) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((reach[middle] as number) > finding.start) high = middle;
        else low = middle + 1;
      }
      for (let k = low; k < sorted.length; k++) {
        const other = sorted[k] as Finding;
        if (other.start >= finding.end) return false;
        if (other !== finding && other.end > finding.start && accepts(other)) return true;
      }
      return false;
    },
  };
}

/** What a text is inspected in. */
export interface Surroundings {
  text: string;
  /** Name of the column that the text is a cell of. */
  header: string | undefined;
}
