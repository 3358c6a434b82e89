import { terminal } from '../../errors.ts';
import type { Column, Transformation } from '../../model/column.ts';
import { type Erasure, keyName } from '../../model/erasure.ts';
import type { Source } from '../../model/source.ts';
import { stringsOf } from '../../model/texts.ts';
import { alphabetOf, charactersOf } from '../../model/transformation.ts';
import { traceOf } from '../../plan/erasure.ts';
import { createPacker, TRANSFORM_LIMITS } from '../../plan/pack.ts';
import type { PersonValues, Ports, RawPerson } from '../../ports.ts';
import { renderPack } from '../../render/dlp.ts';

/** Whose rows are erased, as files and as tables have them. It is in memory only; its one source is the key's object. */
export interface Person {
  /** Undefined = no file of this declaration can hold them. */
  inFiles(source: Source): Promise<RawPerson | undefined>;
  /** Past the gate, under any declaration that the source ever had. */
  values: PersonValues;
  /** Columns that some earlier declaration protected so that nobody can be found by them. */
  untraceable: readonly string[];
}

export async function readKey(ports: Ports, { id }: Erasure): Promise<Readonly<Record<string, string>>> {
  const text = await ports.objects.readText(ports.buckets.staging, keyName(id));
  if (text !== undefined) return JSON.parse(text) as Record<string, string>;
  throw terminal(
    'OBJECT_GONE',
    'the key of this erasure is gone from the staging bucket, which keeps nothing for long: ask for it again',
  );
}

export async function findPerson(
  ports: Ports,
  declarations: readonly Source[],
  key: Readonly<Record<string, string>>,
): Promise<Person> {
  const values: Record<string, Set<string>> = Object.fromEntries(Object.keys(key).map((name) => [name, new Set()]));
  const untraceable = new Set<string>();
  for (const source of declarations) {
    const canonical = await canonicalIn(ports, source, key);
    if (!canonical) continue;
    for (const column of source.columns) {
      if (!canHold(column, canonical[column.name] ?? '')) continue;
      const value = canonical[column.name];
      if (value === undefined) continue;
      const found = await valuesPastGate(ports, column, value);
      if (found.length === 0) untraceable.add(column.name);
      for (const one of found) values[column.name]?.add(one);
    }
  }
  return {
    async inFiles(source) {
      const canonical = await canonicalIn(ports, source, key);
      return canonical && { values: canonical, texts: Object.values(key).map((value) => value.trim()) };
    },
    values: Object.fromEntries(Object.entries(values).map(([name, found]) => [name, [...found]])),
    untraceable: [...untraceable],
  };
}

/** Undefined where the declaration lacks a column of the key, or the value is none of its type. */
async function canonicalIn(
  ports: Ports,
  source: Source,
  key: Readonly<Record<string, string>>,
): Promise<Record<string, string> | undefined> {
  const names = new Set(source.columns.map(({ name }) => name));
  return Object.keys(key).every((name) => names.has(name)) ? ports.columnar.canonical(source, key) : undefined;
}

async function valuesPastGate(ports: Ports, column: Column, value: string): Promise<string[]> {
  switch (traceOf(column)) {
    case 'none':
      return [];
    case 'value':
      return [value];
    case 'token':
      return [await tokenOf(ports, column, value)];
    case 'either':
      return column.privacy.kind === 'transform' && isInAlphabet(column.privacy.transform, value)
        ? [value, await tokenOf(ports, column, value)]
        : [value];
  }
}

/** A row with a value that its column's alphabet lacks is a reject: none came past the gate, and DLP would refuse it. */
function canHold({ privacy }: Column, value: string): boolean {
  if (privacy.kind !== 'transform' || privacy.when) return true;
  return isInAlphabet(privacy.transform, value);
}

function isInAlphabet(transformation: Transformation, value: string): boolean {
  const alphabet = alphabetOf(transformation);
  if (alphabet === undefined) return true;
  const allowed = charactersOf(alphabet);
  // DLP takes two characters or more. Source: CryptoReplaceFfxFpeConfig in google/privacy/dlp/v2/dlp.proto.
  return [...value].length !== 1 && [...value].every((character) => allowed.includes(character));
}

async function tokenOf(ports: Ports, column: Column, value: string): Promise<string> {
  const packer = createPacker(TRANSFORM_LIMITS);
  const [pack] = [...packer.add(column, [value]), ...packer.flush()];
  const rendered = pack && renderPack(pack);
  const [texts] = rendered ? rendered.outputs(await ports.dlp.deidentify(rendered.request)) : [];
  const [token] = texts ? stringsOf(texts) : [];
  if (typeof token === 'string') return token;
  throw terminal('DLP_FAILED', `DLP gave no token for the key's value of ${column.name}`);
}
