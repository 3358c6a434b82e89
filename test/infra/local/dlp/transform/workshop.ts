import { createKeyRing } from '../../../../../infra/local/dlp/crypto/keys.ts';
import { planPrimitive, planReversal } from '../../../../../infra/local/dlp/transform/plan-primitive.ts';
import type { Outcome, Workshop } from '../../../../../infra/local/dlp/transform/primitive.ts';
import { textOf } from '../../../../../infra/local/dlp/values/value-text.ts';
import type { PrimitiveTransformation } from '../../../../../infra/local/dlp/wire/deidentification.ts';
import type { Value } from '../../../../../infra/local/dlp/wire/value.ts';

/** Counts up, so that what is drawn at random is the same in every run. */
export function countingRandom(): (size: number) => Buffer {
  let next = 0;
  return (size) => Buffer.from(Array.from({ length: size }, () => next++ % 256));
}

export function createWorkshop(target: Workshop['target'] = 'cell'): Workshop {
  const random = countingRandom();
  return { keys: createKeyRing(random), random, target, hasRecords: true };
}

export const KEY = { transient: null, unwrapped: { key: Buffer.from('abcdefghijklmnop') }, kmsWrapped: null };
export const LONG_KEY = { unwrapped: { key: Buffer.alloc(32, 7) } };

/** What one cell becomes. */
export function transformCell(
  config: PrimitiveTransformation,
  cell: Value,
  context?: Value,
  workshop = createWorkshop(),
): Outcome {
  const subjects = { texts: [textOf(cell) ?? ''], cells: [cell], ...(context ? { contexts: [context] } : {}) };
  return planPrimitive(config, workshop).apply(subjects)[0];
}

export function reverseText(config: PrimitiveTransformation, text: string, context?: Value): Outcome {
  const contexts = context ? { contexts: [context] } : {};
  return planReversal(config, createWorkshop()).apply({ texts: [text], ...contexts })[0];
}
