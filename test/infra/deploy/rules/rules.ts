import { ACCESS_RULES } from './access.ts';
import { DATA_RULES } from './data.ts';
import { OPERATION_RULES } from './operation.ts';

export const RULES = [...DATA_RULES, ...ACCESS_RULES, ...OPERATION_RULES];
