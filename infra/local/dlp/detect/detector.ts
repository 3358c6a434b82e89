import type { Likelihood } from '../inspect/likelihood.ts';
import type { Scan } from './scan.ts';

/** Called for each place that may be of an infoType; `start` and `end` are UTF-16 offsets. */
export type Report = (infoType: string, start: number, end: number, likelihood: Likelihood) => void;

/** One family of infoTypes that are found in the same way. */
export interface Detector {
  infoTypes: readonly string[];
  /** Whether it looks at `Scan.capitals`. */
  wantsCapitals?: boolean;
  /** Whether texts without any digit can be skipped. */
  needsDigits?: boolean;
  /** Must take time linear in the text, whatever the text. */
  find(scan: Scan, report: Report, wanted: ReadonlySet<string>): void;
}
