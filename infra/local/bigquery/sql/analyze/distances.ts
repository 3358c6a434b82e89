import type { Call } from '../parse/tree.ts';
import { physicalNames, quoteText, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, signatureError } from './expressions.ts';
import { namedArguments } from './named-arguments.ts';
import { coerce, type Typed, typed } from './typed.ts';

const INT64 = scalar('INT64');

/** `ARRAY<STRUCT<dimension, magnitude>>`: the dimensions of a vector that are not zero. Undefined of any other value. */
function sparse({ type, sql }: Typed): { dimensions: string; magnitudes: string; by: SqlType } | undefined {
  if (type.kind !== 'ARRAY' || type.element.kind !== 'STRUCT') return undefined;
  const [dimension, magnitude, ...more] = type.element.fields;
  if (!dimension || magnitude?.type.kind !== 'FLOAT64' || more.length > 0) return undefined;
  if (dimension.type.kind !== 'INT64' && dimension.type.kind !== 'STRING') return undefined;
  const [first, second] = physicalNames(type.element.fields).map(
    (name) => `list_transform(${sql}, lambda e: struct_extract(e, ${quoteText(name)}))`,
  );
  return { dimensions: first ?? '', magnitudes: second ?? '', by: dimension.type };
}

/** Distances of sparse vectors, as those of dense ones over all dimensions of both. Undefined = of dense ones. */
function distance(call: Call, env: Env): Typed | undefined {
  const given = call.args.map((arg) => analyze(arg, env));
  const [a, b] = given.map(sparse);
  if (!a || !b || given.length !== 2) return undefined;
  if (a.by.kind !== b.by.kind) throw signatureError(`function ${call.name}`, given, call.at);
  const packed = `struct_pack(la := ${a.dimensions}, lx := ${a.magnitudes}, ra := ${b.dimensions}, rx := ${b.magnitudes})`;
  const all = 'list_distinct(list_concat(sp.la, sp.ra))';
  const dense = `bq_${call.name.toLowerCase()}(bq_dense(sp.la, sp.lx, ${all}), bq_dense(sp.ra, sp.rx, ${all}))`;
  return typed(`list_transform([${packed}], lambda sp: ${dense})[1]`, scalar('FLOAT64'));
}

function editDistance(call: Call, env: Env): Typed | undefined {
  const { max_distance: named } = namedArguments(call, env, { max_distance: 'INT64' });
  const given = call.args.map((arg) => analyze(arg, env));
  const most = named ?? (given[2] && coerce(given[2], INT64));
  if (!most) return undefined;
  const [a, b, ...more] = given;
  const kind = a?.type.kind === 'BYTES' ? 'BYTES' : 'STRING';
  const texts = [a, b].map((one) => one && coerce(one, scalar(kind))?.sql);
  if (more.length > (named ? 0 : 1) || texts.includes(undefined))
    throw signatureError(`function ${call.name}`, given, call.at);
  const [left, right] = kind === 'BYTES' ? texts.map((sql) => `bq_latin1(${sql})`) : texts;
  return typed(`bq_edit_distance_to(bq_edit_distance(${left}, ${right}), ${most.sql})`, INT64);
}

export const DISTANCE_CALLS: Record<string, (call: Call, env: Env) => Typed | undefined> = {
  COSINE_DISTANCE: distance,
  EUCLIDEAN_DISTANCE: distance,
  EDIT_DISTANCE: editDistance,
};
