import { scalar } from '../types.ts';
import { fail, failAs, type Macro } from './failures.ts';

/** Arrays. */
export const ARRAY_MACROS: readonly Macro[] = [
  [
    'bq_in_array(x, a)',
    `CASE WHEN a IS NULL OR len(a) = 0 THEN false WHEN x IS NULL THEN NULL WHEN list_contains(a, x) THEN true WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END`,
  ],
  [
    'bq_any_true(a)',
    `CASE WHEN a IS NULL OR len(a) = 0 THEN false WHEN list_contains(a, true) THEN true WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END`,
  ],
  ['bq_safe_ordinal(a, i)', `CASE WHEN i >= 1 AND i <= len(a) THEN a[i] END`],
  ['bq_safe_offset(a, i)', `CASE WHEN i >= 0 AND i < len(a) THEN a[i + 1] END`],
  // The failing index is inside the brackets, so that the result keeps the element's type.
  [
    'bq_at_offset(a, i)',
    `a[CASE WHEN (i < 0 AND a IS NOT NULL) OR i >= len(a) THEN ${fail(`'Array index ' || i || ' is out of bounds'`)} ELSE i + 1 END]`,
  ],
  [
    'bq_at_ordinal(a, i)',
    `a[CASE WHEN (i < 1 AND a IS NOT NULL) OR i > len(a) THEN ${fail(`'Array index ' || i || ' is out of bounds'`)} ELSE i END]`,
  ],
  [
    'bq_array_first(a)',
    `a[CASE WHEN len(a) = 0 THEN ${fail(`'ARRAY_FIRST cannot get the first element of an empty array'`)} ELSE 1 END]`,
  ],
  [
    'bq_array_last(a)',
    `a[CASE WHEN len(a) = 0 THEN ${fail(`'ARRAY_LAST cannot get the last element of an empty array'`)} ELSE len(a) END]`,
  ],
  // Offsets from 0, both ends part of the slice, negative ones from the end.
  ['bq_slice_end(a, i)', `CASE WHEN i < 0 THEN i + len(a) + 1 ELSE i + 1 END`],
  [
    'bq_array_slice(a, i, j)',
    `CASE WHEN a IS NULL OR i IS NULL OR j IS NULL THEN NULL WHEN bq_slice_end(a, j) < 1 OR bq_slice_end(a, i) > len(a) OR bq_slice_end(a, i) > bq_slice_end(a, j) THEN a[1:0] ELSE a[greatest(bq_slice_end(a, i), 1):least(bq_slice_end(a, j), len(a))] END`,
  ],
  [
    'bq_array_first_n(a, n)',
    `CASE WHEN a IS NOT NULL AND n IS NOT NULL THEN a[1:CASE WHEN n < 0 THEN ${fail(`'The n argument to ARRAY_FIRST_N must not be negative.'`)} ELSE n END] END`,
  ],
  [
    'bq_array_last_n(a, n)',
    `CASE WHEN a IS NOT NULL AND n IS NOT NULL THEN a[greatest(len(a) - CASE WHEN n < 0 THEN ${fail(`'The n argument to ARRAY_LAST_N must not be negative.'`)} ELSE n END + 1, 1):len(a)] END`,
  ],
  [
    'bq_array_remove_first(a, n)',
    `CASE WHEN a IS NOT NULL AND n IS NOT NULL THEN a[CASE WHEN n < 0 THEN ${fail(`'The n argument to ARRAY_REMOVE_FIRST_N must not be negative.'`)} ELSE n END + 1:len(a)] END`,
  ],
  [
    'bq_array_remove_last(a, n)',
    `CASE WHEN a IS NOT NULL AND n IS NOT NULL THEN a[1:greatest(len(a) - CASE WHEN n < 0 THEN ${fail(`'The n argument to ARRAY_REMOVE_LAST_N must not be negative.'`)} ELSE n END, 0)] END`,
  ],
  ['bq_array_concat(a, b)', `CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN list_concat(a, b) END`],
  // An aggregate of no rows is NULL, and no empty array.
  ['bq_filled(a)', `CASE WHEN len(a) > 0 THEN a END`],
  ['bq_first_of_each(a)', `list_filter(a, lambda e, i: list_position(a, e) = i)`],
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
    `CASE WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`)}] ELSE generate_series(a, b, n) END`,
  ],
  [
    'bq_series_float(a, b, n)',
    `CASE WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`, 'DOUBLE')}] ELSE list_transform(range(CAST(greatest(floor((b - a) / n + 1e-12), -1) AS BIGINT) + 1), lambda i: a + i * n) END`,
  ],
  [
    'bq_series_bignumeric(a, b, n)',
    `CASE WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL WHEN bq_bignumeric_sign(n) = bq_int_bignumeric(0::BIGINT) THEN [${failAs(`'Sequence step cannot be 0.'`, scalar('BIGNUMERIC'))}] ELSE list_transform(range(bq_bignumeric_steps(a, b, n) + 1), lambda i: bq_bignumeric_add(a, bq_bignumeric_multiply(bq_int_bignumeric(i), n))) END`,
  ],
  [
    'bq_series_numeric(a, b, n)',
    `CASE WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`, 'DECIMAL(38,9)')}] ELSE list_transform(range(greatest(CASE WHEN (b < a) <> (n < 0) AND a <> b THEN -1 ELSE CAST(bq_numeric_div(b - a, n) AS BIGINT) END, -1)::BIGINT + 1), lambda i: CAST(a + CAST(i * n AS DECIMAL(38,9)) AS DECIMAL(38,9))) END`,
  ],
  [
    'bq_no_null(a, field)',
    `CASE WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN list_resize(a, ${fail(`'Array cannot have a null element; error in writing field ' || field`)}) ELSE a END`,
  ],
  [
    'bq_quantiles(a, n)',
    `CASE WHEN len(a) > 0 THEN list_transform(range(0, n + 1), lambda i: a[greatest(CAST(ceil(i * len(a) / n) AS BIGINT), 1)]) END`,
  ],
  [
    'bq_counts(a)',
    `list_concat(list_transform(map_entries(list_aggregate(list_filter(a, lambda e: e IS NOT NULL), 'histogram')), lambda e: struct_pack(n := -CAST(e.value AS BIGINT), v := e.key)), CASE WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN [struct_pack(n := -CAST(len(list_filter(a, lambda e: e IS NULL)) AS BIGINT), v := NULL)] ELSE [] END)`,
  ],
  [
    'bq_top_count(a, n)',
    `CASE WHEN a IS NOT NULL THEN list_transform(list_sort(bq_counts(a))[1:n], lambda e: struct_pack(value := e.v, count := -e.n)) END`,
  ],
  // Sums of NULL weights alone are NULL, and stand last.
  ['bq_sum_of(a, x)', `list_sum(list_transform(list_filter(a, lambda e: e.v IS NOT DISTINCT FROM x), lambda e: e.w))`],
  [
    'bq_sums(a)',
    `list_transform(list_concat(list_distinct(list_filter(list_transform(a, lambda e: e.v), lambda e: e IS NOT NULL)), CASE WHEN len(list_filter(a, lambda e: e.v IS NULL)) > 0 THEN [NULL] ELSE [] END), lambda x: struct_pack(n := -bq_sum_of(a, x), v := x))`,
  ],
  [
    'bq_top_sum(a, n)',
    `CASE WHEN a IS NOT NULL THEN list_transform(list_sort(bq_sums(a), 'ASC', 'NULLS LAST')[1:n], lambda e: struct_pack(value := e.v, sum := -e.n)) END`,
  ],
  [
    'bq_bag_of_words(a)',
    `CASE WHEN a IS NOT NULL THEN list_concat(CASE WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN [struct_pack(term := CAST(NULL AS VARCHAR), count := CAST(len(list_filter(a, lambda e: e IS NULL)) AS BIGINT))] ELSE [] END, list_transform(map_entries(list_aggregate(list_filter(a, lambda e: e IS NOT NULL), 'histogram')), lambda e: struct_pack(term := e.key, count := CAST(e.value AS BIGINT)))) END`,
  ],
  ['bq_percentile_disc(a, p)', `a[bq_discrete_position(p, len(a)::BIGINT)]`],
  // Between NULL and a value lies the value, right upon NULL is NULL.
  [
    'bq_percentile_at(a, p, n)',
    `CASE WHEN bq_is_upon(p, n) OR a[bq_continuous_position(p, n)] IS NULL THEN a[bq_continuous_position(p, n) + CASE WHEN bq_is_upon(p, n) THEN 0 ELSE 1 END]
    ELSE bq_interpolate(a[bq_continuous_position(p, n)], a[bq_continuous_position(p, n) + 1], p, n) END`,
  ],
  ['bq_percentile_cont(a, p)', `bq_percentile_at(a, p, len(a)::BIGINT)`],
];
