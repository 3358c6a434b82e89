import { ApiError } from '../../api-error.ts';
import type { LikelihoodAdjustment, LikelihoodName } from '../wire/inspection.ts';

/** 1 is VERY_UNLIKELY, 5 is VERY_LIKELY: the enum's own numbers. */
export type Likelihood = 1 | 2 | 3 | 4 | 5;

export const VERY_UNLIKELY = 1;
export const UNLIKELY = 2;
export const POSSIBLE = 3;
export const LIKELY = 4;
export const VERY_LIKELY = 5;

const NAMES: readonly LikelihoodName[] = [
  'LIKELIHOOD_UNSPECIFIED',
  'VERY_UNLIKELY',
  'UNLIKELY',
  'POSSIBLE',
  'LIKELY',
  'VERY_LIKELY',
];

export function parseLikelihood(name: LikelihoodName, unspecified: Likelihood): Likelihood {
  const number = NAMES.indexOf(name);
  if (number < 0)
    throw new ApiError('INVALID_ARGUMENT', `${name} is no Likelihood; use one of ${NAMES.slice(1).join(', ')}`);
  return number === 0 ? unspecified : (number as Likelihood);
}

export function renderLikelihood(likelihood: Likelihood): LikelihoodName {
  return NAMES[likelihood] as LikelihoodName;
}

/** "Likelihood may never drop below VERY_UNLIKELY or exceed VERY_LIKELY." */
export function planAdjustment(
  adjustment: LikelihoodAdjustment | null,
  where: string,
): (likelihood: Likelihood) => Likelihood {
  if (adjustment?.fixedLikelihood !== undefined) {
    const fixed = parseLikelihood(adjustment.fixedLikelihood, POSSIBLE);
    return () => fixed;
  }
  const levels = adjustment?.relativeLikelihood;
  if (levels === undefined) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `${where}: likelihood_adjustment must hold fixed_likelihood or relative_likelihood`,
    );
  }
  return (likelihood) => Math.max(1, Math.min(5, likelihood + levels)) as Likelihood;
}
