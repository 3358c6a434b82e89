import { JSON_NULL, type JsonValue, type PathStep, readJson, readPath, renderJson, valueAt } from './json-value.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

/** Changes at several paths, one after the other; a NULL path changes nothing and makes the result NULL. */
function edit(
  json: string,
  paths: (string | null)[],
  change: (root: JsonValue, steps: PathStep[], i: number) => JsonValue,
): string {
  let root = readJson(json);
  for (const [i, path] of paths.entries()) root = change(root, readPath(path ?? '$'), i);
  return renderJson(root);
}

/** The root with the value at `steps` replaced by what `change` makes of it; `create` makes what is missing on the way. */
function replaceAt(
  root: JsonValue,
  steps: readonly PathStep[],
  create: boolean,
  change: (old: JsonValue | undefined) => JsonValue | undefined,
): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return change(root) ?? root;
  const isEmpty = root.kind === 'null' && create;
  if (typeof step === 'string' && (root.kind === 'object' || isEmpty)) {
    const members = root.kind === 'object' ? root.members : new Map<string, JsonValue>();
    const old = members.get(step);
    if (old === undefined && !create) return root;
    const next = rest.length > 0 ? replaceAt(old ?? JSON_NULL, rest, create, change) : change(old);
    if (next === undefined) return root;
    return { kind: 'object', members: new Map(members).set(step, next) };
  }
  if (typeof step === 'number' && (root.kind === 'array' || isEmpty)) {
    const items = root.kind === 'array' ? [...root.items] : [];
    const old = items[step];
    if (old === undefined && !create) return root;
    const next = rest.length > 0 ? replaceAt(old ?? JSON_NULL, rest, create, change) : change(old);
    if (next === undefined) return root;
    while (items.length < step) items.push(JSON_NULL);
    items[step] = next;
    return { kind: 'array', items };
  }
  return root;
}

function removeAt(root: JsonValue, steps: readonly PathStep[]): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) throw new Error("The JSONPath cannot be '$'");
  if (typeof step === 'string' && root.kind === 'object' && root.members.has(step)) {
    const members = new Map(root.members);
    if (rest.length === 0) members.delete(step);
    else members.set(step, removeAt(members.get(step) ?? JSON_NULL, rest));
    return { kind: 'object', members };
  }
  if (typeof step === 'number' && root.kind === 'array' && step < root.items.length) {
    const items = [...root.items];
    if (rest.length === 0) items.splice(step, 1);
    else items[step] = removeAt(items[step] ?? JSON_NULL, rest);
    return { kind: 'array', items };
  }
  return root;
}

const elements = (value: JsonValue, each: boolean) => (each && value.kind === 'array' ? value.items : [value]);

function insertAt(root: JsonValue, steps: PathStep[], value: JsonValue, each: boolean): JsonValue {
  const index = steps.at(-1);
  if (typeof index !== 'number') return root;
  return replaceAt(root, steps.slice(0, -1), false, (old) => {
    if (old?.kind !== 'array' && old?.kind !== 'null') return old;
    const items = old.kind === 'array' ? [...old.items] : [];
    while (items.length < index) items.push(JSON_NULL);
    items.splice(index, 0, ...elements(value, each));
    return { kind: 'array', items };
  });
}

function appendAt(root: JsonValue, steps: PathStep[], value: JsonValue, each: boolean): JsonValue {
  return replaceAt(root, steps, false, (old) => {
    if (old?.kind !== 'array' && old?.kind !== 'null') return old;
    return { kind: 'array', items: [...(old.kind === 'array' ? old.items : []), ...elements(value, each)] };
  });
}

function stripNulls(value: JsonValue, arrays: boolean, empty: boolean): JsonValue | undefined {
  if (value.kind === 'object') {
    const members = new Map<string, JsonValue>();
    for (const [key, one] of value.members) {
      const kept = one.kind === 'null' ? undefined : stripNulls(one, arrays, empty);
      if (kept !== undefined) members.set(key, kept);
    }
    return empty && members.size === 0 ? undefined : { kind: 'object', members };
  }
  if (value.kind === 'array') {
    const items = value.items.flatMap((one) => {
      if (one.kind === 'null') return arrays ? [] : [one];
      const kept = stripNulls(one, arrays, empty);
      return kept === undefined ? (arrays ? [] : [JSON_NULL]) : [kept];
    });
    return empty && items.length === 0 ? undefined : { kind: 'array', items };
  }
  return value;
}

/** A key as part of a path: quoted where a dot or a bracket would split it. */
const pathKey = (key: string) => (/^[A-Za-z_][\w-]*$/.test(key) ? key : `"${key.replace(/(["\\])/g, '\\$1')}"`);

function collectKeys(
  value: JsonValue,
  depth: number,
  through: 'none' | 'one' | 'all',
  found: Set<string>,
  prefix = '',
): void {
  if (value.kind === 'array' && through !== 'none') {
    for (const item of value.items)
      if (item.kind !== 'array' || through === 'all') collectKeys(item, depth, through, found, prefix);
  }
  if (value.kind !== 'object' || depth === 0) return;
  for (const [key, one] of value.members) {
    const path = prefix === '' ? pathKey(key) : `${prefix}.${pathKey(key)}`;
    found.add(path);
    collectKeys(one, depth - 1, through, found, path);
  }
}

const MODES = { strict: 'none', lax: 'one', 'lax recursive': 'all' } as const;

function contains(whole: JsonValue, part: JsonValue): boolean {
  if (whole.kind === 'array' && part.kind === 'array')
    return part.items.every((one) => whole.items.some((item) => containsValue(item, one)));
  if (whole.kind === 'array') return whole.items.some((item) => containsValue(item, part));
  return containsValue(whole, part);
}

function containsValue(whole: JsonValue, part: JsonValue): boolean {
  if (whole.kind === 'object' && part.kind === 'object')
    return [...part.members].every(([key, one]) => {
      const own = whole.members.get(key);
      return own !== undefined && containsValue(own, one);
    });
  if (whole.kind === 'array' && part.kind === 'array')
    return part.items.every((one) => whole.items.some((item) => containsValue(item, one)));
  if (whole.kind === 'number' && part.kind === 'number') return Number(whole.text) === Number(part.text);
  return renderJson(whole) === renderJson(part);
}

function flatten(value: JsonValue): string[] {
  return value.kind === 'array' ? value.items.flatMap(flatten) : [renderJson(value)];
}

/** JSON as text in and out. Values come as JSON texts, SQL's NULL as `null`. */
export const JSON_EDITS: readonly ScalarFunction[] = [
  defineScalar('bq_json_sort', ['text'], 'text', (json) => renderJson(readJson(json))),
  defineScalar('bq_json_set', ['text', 'texts', 'texts', 'bool'], 'text', (json, paths, values, create) =>
    edit(json, paths, (root, steps, i) => replaceAt(root, steps, create, () => readJson(values[i] ?? 'null'))),
  ),
  defineScalar('bq_json_remove', ['text', 'texts'], 'text', (json, paths) =>
    edit(json, paths, (root, steps) => removeAt(root, steps)),
  ),
  defineScalar('bq_json_array_insert', ['text', 'texts', 'texts', 'bool'], 'text', (json, paths, values, each) =>
    edit(json, paths, (root, steps, i) => insertAt(root, steps, readJson(values[i] ?? 'null'), each)),
  ),
  defineScalar('bq_json_array_append', ['text', 'texts', 'texts', 'bool'], 'text', (json, paths, values, each) =>
    edit(json, paths, (root, steps, i) => appendAt(root, steps, readJson(values[i] ?? 'null'), each)),
  ),
  defineScalar('bq_json_strip_nulls', ['text', 'text', 'bool', 'bool'], 'text', (json, path, arrays, empty) => {
    const root = readJson(json);
    const steps = readPath(path);
    if (valueAt(root, steps) === undefined) return renderJson(root);
    return renderJson(replaceAt(root, steps, false, (old) => (old && stripNulls(old, arrays, empty)) ?? JSON_NULL));
  }),
  defineScalar('bq_json_object', ['texts', 'texts'], 'text', (keys, values) => {
    if (keys.length !== values.length)
      throw new Error('The number of keys and values must match in the arguments of JSON_OBJECT');
    const members = new Map<string, JsonValue>();
    for (const [i, key] of keys.entries()) {
      if (key === null) throw new Error('A JSON key cannot be NULL');
      if (!members.has(key)) members.set(key, readJson(values[i] ?? 'null'));
    }
    return renderJson({ kind: 'object', members });
  }),
  defineScalar('bq_json_keys', ['text', 'integer', 'text'], 'texts', (json, depth, mode) => {
    const through = Object.hasOwn(MODES, mode.toLowerCase())
      ? MODES[mode.toLowerCase() as keyof typeof MODES]
      : undefined;
    if (through === undefined) throw new Error(`Invalid mode in JSON_KEYS: ${mode}`);
    if (depth <= 0n) throw new Error('max_depth must be positive');
    const found = new Set<string>();
    collectKeys(readJson(json), Number(depth), through, found);
    return [...found].sort();
  }),
  defineScalar('bq_json_contains', ['text', 'text'], 'bool', (whole, part) =>
    contains(readJson(whole), readJson(part)),
  ),
  defineScalar('bq_json_flatten', ['text'], 'texts', (json) => flatten(readJson(json))),
];
