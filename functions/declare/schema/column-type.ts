import { z } from 'zod';
import type { Column, ColumnType } from '../../model/column.ts';
import { fault } from '../findings.ts';
import { didYouMean } from '../nearest.ts';

const TYPES: readonly ColumnType[] = [
  'STRING',
  'BYTES',
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'BIGNUMERIC',
  'BOOL',
  'DATE',
  'DATETIME',
  'TIME',
  'TIMESTAMP',
  'JSON',
  'RECORD',
];

/** Names that other systems, and BigQuery's own aliases, use for ours. */
const ALIASES: Record<string, string> = {
  TEXT: 'STRING',
  VARCHAR: 'STRING',
  CHAR: 'STRING',
  INT: 'INT64',
  INTEGER: 'INT64',
  BIGINT: 'INT64',
  SMALLINT: 'INT64',
  TINYINT: 'INT64',
  FLOAT: 'FLOAT64',
  DOUBLE: 'FLOAT64',
  DECIMAL: 'NUMERIC',
  BIGDECIMAL: 'BIGNUMERIC',
  BOOLEAN: 'BOOL',
  STRUCT: 'RECORD',
};

const LATER = ['GEOGRAPHY', 'INTERVAL', 'RANGE'];
const PARAMETERS = /^(NUMERIC|BIGNUMERIC)\((\d{1,2})(?:,\s*(\d{1,2}))?\)$/;
const HINT = `a BigQuery type: ${TYPES.join(', ')}, or \`NUMERIC(10,2)\``;

/** `NUMERIC(10,2)` → type, precision, scale */
export const ColumnTypeSchema = z
  .string()
  .transform((text, context): Pick<Column, 'type' | 'precision' | 'scale'> => {
    const plain = TYPES.find((type) => type === text);
    if (plain !== undefined) return { type: plain };
    const [, type, precision, scale] = PARAMETERS.exec(text) ?? [];
    if (type === 'NUMERIC' || type === 'BIGNUMERIC') {
      const parameters = { precision: Number(precision), ...(scale === undefined ? {} : { scale: Number(scale) }) };
      if (fits(type, parameters.precision, parameters.scale ?? 0)) return { type, ...parameters };
      context.addIssue(fault('WRONG_VALUE', `\`${text}\` is outside of what BigQuery's ${type} holds`, LIMITS[type]));
      return z.NEVER;
    }
    context.addIssue(refusal(text));
    return z.NEVER;
  })
  .meta({
    description: HINT,
    anyOf: [{ enum: [...TYPES] }, { pattern: '^(NUMERIC|BIGNUMERIC)\\(\\d{1,2}(,\\s*\\d{1,2})?\\)$' }],
  });

const LIMITS = {
  NUMERIC: 'write `NUMERIC(P,S)` with S from 0 to 9 and P from max(1, S) to S + 29',
  BIGNUMERIC: 'write `BIGNUMERIC(P,S)` with S from 0 to 38 and P from max(1, S) to S + 38',
};

/** cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_decimal_type */
function fits(type: 'NUMERIC' | 'BIGNUMERIC', precision: number, scale: number): boolean {
  const [maxScale, integers] = type === 'NUMERIC' ? [9, 29] : [38, 38];
  return scale <= maxScale && precision >= Math.max(1, scale) && precision <= scale + integers;
}

function refusal(text: string) {
  const upper = text.toUpperCase().trim();
  const base = upper.replace(/[(<].*$/s, '');
  if (LATER.includes(base)) {
    return fault(
      'NOT_SUPPORTED',
      `\`${base}\` is not supported yet`,
      'load it as `STRING` and convert it in a transform',
    );
  }
  if (base === 'ARRAY') {
    return fault(
      'NOT_SUPPORTED',
      '`ARRAY` is written as a mode',
      'write the type of one element, and `mode: repeated`',
    );
  }
  if (/^(STRING|BYTES)\(/.test(upper)) {
    return fault('NOT_SUPPORTED', 'a maximum length is not supported yet', `write \`${base}\``);
  }
  if (/^(BIG)?NUMERIC\(\d+$/.test(upper)) {
    return fault(
      'WRONG_VALUE',
      `\`${text}\` is cut off: inside of \`{ }\` a comma ends a value`,
      'write it in quotes, as in `"NUMERIC(10,2)"`',
    );
  }
  const alias = ALIASES[base];
  const remedy = alias === undefined ? didYouMean(text, TYPES, `write ${HINT}`) : `write \`${alias}\``;
  return fault('WRONG_VALUE', `\`${text}\` is not a type`, remedy);
}
