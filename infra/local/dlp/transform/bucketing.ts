import { ApiError } from '../../api-error.ts';
import { compareValues, floatOf } from '../values/compare.ts';
import { kindOf } from '../values/value-text.ts';
import type { BucketingConfig, FixedSizeBucketingConfig } from '../wire/deidentification.ts';
import type { Value } from '../wire/value.ts';
import type { Outcome, Primitive, Subjects } from './primitive.ts';

/** A cell as it is, a finding as a string. */
function valueAt({ texts, cells }: Subjects, index: number): Value {
  return cells?.[index] ?? { stringValue: texts[index] as string };
}

export function planFixedSizeBucketing(config: FixedSizeBucketingConfig): Primitive {
  const lower = config.lowerBound ? floatOf(config.lowerBound) : undefined;
  const upper = config.upperBound ? floatOf(config.upperBound) : undefined;
  const size = config.bucketSize;
  if (lower === undefined || upper === undefined) {
    throw invalid('fixed_size_bucketing_config needs numbers as lower_bound and upper_bound');
  }
  if (!(size > 0)) throw invalid(`fixed_size_bucketing_config.bucket_size must be above 0, but it is ${size}`);
  if (lower >= upper)
    throw invalid(`fixed_size_bucketing_config.lower_bound ${lower} must be below upper_bound ${upper}`);
  const bucketOf = (number: number): string => {
    if (number < lower) return `-${render(lower)}`;
    if (number >= upper) return `${render(upper)}+`;
    // The tiny addend keeps 0.3 in the bucket that begins at 0.3: (0.3 - 0) / 0.1 is 2.9999999999999996.
    const start = lower + Math.floor((number - lower) / size + 1e-9) * size;
    // dlp.proto writes 20-30; the service writes 20:30.
    return `${render(start)}:${render(Math.min(start + size, upper))}`;
  };
  return {
    apply: (subjects) =>
      subjects.texts.map((_, index): Outcome => {
        const number = floatOf(valueAt(subjects, index));
        return number === undefined || Number.isNaN(number)
          ? { failure: 'FixedSizeBucketingConfig takes numbers, and the value is none' }
          : bucketOf(number);
      }),
  };
}

/** "Precision up to 2 decimals works." Source: FixedSizeBucketingConfig in dlp.proto. */
const render = (number: number) => String(Math.round(number * 100) / 100);

export function planBucketing(config: BucketingConfig): Primitive {
  const buckets = config.buckets.map(({ min, max, replacementValue }, index) => {
    const low = bound(min);
    const high = bound(max);
    if (!replacementValue || kindOf(replacementValue) === undefined) {
      throw invalid(`bucketing_config.buckets[${index}].replacement_value must hold a value`);
    }
    if (!low && !high) throw invalid(`bucketing_config.buckets[${index}] must have a min or a max`);
    if (low && high && kindOf(low) !== kindOf(high)) {
      throw invalid(
        `bucketing_config.buckets[${index}] has a min of type ${kindOf(low)} and a max of type ${kindOf(high)}`,
      );
    }
    if (low && high && (compareValues(low, high) ?? 0) >= 0) {
      throw invalid(`bucketing_config.buckets[${index}].min must be below its max`);
    }
    return { low, high, replacementValue };
  });
  if (buckets.length === 0) throw invalid('bucketing_config.buckets must hold at least one bucket');
  requireNoOverlap(buckets);
  return {
    apply: (subjects) =>
      subjects.texts.map((_, index): Outcome => {
        const value = valueAt(subjects, index);
        let comparable = false;
        for (const { low, high, replacementValue } of buckets) {
          const fromLow = low ? compareValues(value, low) : 0;
          const fromHigh = high ? compareValues(value, high) : -1;
          if (fromLow === undefined || fromHigh === undefined) continue;
          comparable = true;
          if (fromLow >= 0 && fromHigh < 0) return replacementValue.stringValue ?? { ...replacementValue };
        }
        // A value in no bucket would stay readable: that is an error and not a pass.
        return {
          failure: comparable
            ? 'BucketingConfig has no bucket for the value'
            : 'BucketingConfig cannot compare the value with its bounds',
        };
      }),
  };
}

const bound = (value: Value | null) => (value && kindOf(value) !== undefined ? value : undefined);

function requireNoOverlap(buckets: readonly { low?: Value | undefined; high?: Value | undefined }[]): void {
  buckets.forEach((one, i) => {
    for (const [j, other] of buckets.entries()) {
      if (j <= i) continue;
      const before = one.high && other.low ? (compareValues(one.high, other.low) ?? 1) <= 0 : false;
      const after = other.high && one.low ? (compareValues(other.high, one.low) ?? 1) <= 0 : false;
      if (!before && !after) throw invalid(`bucketing_config.buckets[${i}] and [${j}] overlap; ranges must not`);
    }
  });
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
