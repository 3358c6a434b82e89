import { fail, type Macro } from './failures.ts';

/** Arrays. */
export const ARRAY_MACROS: readonly Macro[] = [
  [
    'bq_in_array(x, a)',
    `CASE WHEN a IS NULL OR len(a) = 0 THEN false WHEN x IS NULL THEN NULL WHEN list_contains(a, x) THEN true WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END`,
  ],
  ['bq_array_includes(a, x)', `CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN list_contains(a, x) END`],
  ['bq_safe_ordinal(a, i)', `CASE WHEN i >= 1 AND i <= len(a) THEN a[i] END`],
  ['bq_safe_offset(a, i)', `CASE WHEN i >= 0 AND i < len(a) THEN a[i + 1] END`],
  // The failing index is inside the brackets, so that the result keeps the element's type.
  [
    'bq_at_offset(a, i)',
    `a[CASE WHEN i < 0 OR i >= len(a) THEN ${fail(`'Array index ' || i || ' is out of bounds'`)} ELSE i + 1 END]`,
  ],
  [
    'bq_at_ordinal(a, i)',
    `a[CASE WHEN i < 1 OR i > len(a) THEN ${fail(`'Array index ' || i || ' is out of bounds'`)} ELSE i END]`,
  ],
  [
    'bq_array_first(a)',
    `a[CASE WHEN len(a) = 0 THEN ${fail(`'ARRAY_FIRST cannot get the first element of an empty array'`)} ELSE 1 END]`,
  ],
  [
    'bq_array_last(a)',
    `a[CASE WHEN len(a) = 0 THEN ${fail(`'ARRAY_LAST cannot get the last element of an empty array'`)} ELSE len(a) END]`,
  ],
  ['bq_array_concat(a, b)', `CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN list_concat(a, b) END`],
  ['bq_flatten(items)', `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) = 0 THEN flatten(items) END`],
  ['bq_flatten_known(items)', `flatten(items)`],
  [
    'bq_array_text(a, d)',
    `CASE WHEN d IS NOT NULL AND a IS NOT NULL THEN coalesce(array_to_string(list_filter(a, lambda e: e IS NOT NULL), d), '') END`,
  ],
  [
    'bq_array_text_null(a, d, n)',
    `CASE WHEN d IS NOT NULL AND a IS NOT NULL AND n IS NOT NULL THEN coalesce(array_to_string(list_transform(a, lambda e: coalesce(e, n)), d), '') END`,
  ],
  [
    'bq_series(a, b, n)',
    `CASE WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`)}] WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL ELSE generate_series(a, b, n) END`,
  ],
  [
    'bq_no_null(a, field)',
    `CASE WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN list_resize(a, ${fail(`'Array cannot have a null element; error in writing field ' || field`)}) ELSE a END`,
  ],
];
