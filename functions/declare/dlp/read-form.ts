import type { Transformation } from '../../model/column.ts';
import { show } from '../findings.ts';
import type { Finding, Path } from '../problem.ts';
import { MESSAGES } from './messages.ts';
import { type Message, type Read, readMessage } from './read-message.ts';

/** A request to DLP holds half a megabyte and 100 transformations. Source: cloud.google.com/sensitive-data-protection/limits. */
const MAX_BYTES = 100_000;
const MAX_TRANSFORMATIONS = 100;

type Verbatim = Extract<Transformation, { kind: 'dlp' }>;

/**
 * What stands under `dlp`: a PrimitiveTransformation (bare, or as `primitiveTransformation`), or `infoTypeTransformations`
 * with an `inspectConfig`, as in a FieldTransformation and a request.
 */
export function readDlp(written: Readonly<Record<string, unknown>>): { form?: Verbatim; findings: Finding[] } {
  const { form, findings } = 'infoTypeTransformations' in written ? readFindings(written) : readPrimitive(written);
  const bytes = Buffer.byteLength(JSON.stringify(form ?? {}));
  if (bytes > MAX_BYTES) {
    const message = `this takes ${bytes} bytes, and each request to DLP carries it`;
    findings.push({ path: [], code: 'WRONG_VALUE', message, remedy: `keep to ${MAX_BYTES} bytes` });
  }
  return findings.length > 0 || form === undefined ? { findings } : { form, findings };
}

function readPrimitive(written: Readonly<Record<string, unknown>>): { form?: Verbatim; findings: Finding[] } {
  const isWrapped = 'primitiveTransformation' in written;
  const { primitiveTransformation: inner, ...others } = written;
  const read = readMessage(
    'PrimitiveTransformation',
    isWrapped ? inner : written,
    isWrapped ? ['primitiveTransformation'] : [],
  );
  const findings = [...read.findings, ...(isWrapped ? foreign(others) : [])];
  if (findings.length > 0) return { findings };
  const { dateShiftConfig, replaceWithInfoTypeConfig } = read.message as Record<string, Message>;
  const at = (name: string): Path => (isWrapped ? ['primitiveTransformation', name] : [name]);
  if (replaceWithInfoTypeConfig !== undefined) {
    findings.push({
      path: at('replaceWithInfoTypeConfig'),
      code: 'WRONG_VALUE',
      message: 'a whole value is no finding, so there is no infoType to replace it with',
      remedy: 'write `redact_findings`, or put it under `infoTypeTransformations`',
    });
  }
  // A shift by chance would put a row into another partition each time that a shard is done again.
  if (dateShiftConfig !== undefined && !('context' in dateShiftConfig && 'cryptoKey' in dateShiftConfig)) {
    findings.push({
      path: at('dateShiftConfig'),
      code: 'UNSAFE_COMBINATION',
      message: 'without `context` and `cryptoKey`, a date is shifted otherwise each time',
      remedy: 'add both, as in `context: { name: customer_id }, cryptoKey: { keyName: pii }`',
    });
  }
  return complete(
    read,
    [],
    { kind: 'dlp', primitive: read.message as Record<string, object>, ...uses(read) },
    findings,
  );
}

function readFindings(written: Readonly<Record<string, unknown>>): { form?: Verbatim; findings: Finding[] } {
  const { infoTypeTransformations, inspectConfig = {}, ...others } = written;
  const changes = readMessage('InfoTypeTransformations', infoTypeTransformations, ['infoTypeTransformations']);
  const inspection = readMessage('InspectConfig', inspectConfig, ['inspectConfig']);
  const findings = [...changes.findings, ...inspection.findings, ...foreign(others)];
  if (findings.length > 0) return { findings };
  findings.push(...checkLimits(inspection.message), ...checkCovered(changes.message, inspection.message));
  const { transformations = [] } = changes.message as { transformations?: readonly object[] };
  if (changes.contexts.length > 0 && transformations.length > 1) {
    findings.push({
      path: ['infoTypeTransformations'],
      code: 'NOT_SUPPORTED',
      // Each lane of values has a context of its own, and DLP takes 100 transformations a request.
      message: 'a context beside other transformations is not supported',
      remedy: 'keep to one transformation, or leave out the context',
    });
  }
  if (transformations.length > MAX_TRANSFORMATIONS) {
    findings.push({
      path: ['infoTypeTransformations', 'transformations'],
      code: 'WRONG_VALUE',
      message: `${transformations.length} transformations stand here, and DLP takes ${MAX_TRANSFORMATIONS} a request`,
      remedy: 'put infoTypes of the same transformation together',
    });
  }
  const form: Verbatim = { kind: 'dlp', findings: changes.message, inspect: inspection.message, ...uses(changes) };
  return complete(changes, ['infoTypeTransformations'], form, findings);
}

const uses = ({ keys, contexts }: Read): { keys: string[]; context?: string } => ({
  keys,
  ...(contexts[0] !== undefined && { context: contexts[0] }),
});

function complete(
  { contexts }: Read,
  path: Path,
  form: Verbatim,
  findings: Finding[],
): { form: Verbatim; findings: Finding[] } {
  if (contexts.length > 1) {
    findings.push({
      path,
      code: 'NOT_SUPPORTED',
      message: `contexts of several columns (${contexts.map(show).join(', ')}) are not supported`,
      remedy: 'take all contexts from one column',
    });
  }
  return { form, findings };
}

function foreign(others: Readonly<Record<string, unknown>>): Finding[] {
  return Object.keys(others).map((key) => ({
    path: [key],
    code: 'UNKNOWN_KEY',
    message: `${show(key)} does not belong under \`dlp\``,
    remedy: Object.hasOwn(MESSAGES.PrimitiveTransformation ?? {}, key)
      ? 'state one transformation'
      : 'write a PrimitiveTransformation of DLP, or `infoTypeTransformations` with `inspectConfig`; conditions go in `when`',
  }));
}

/** DLP stops looking once it has found so many: what lies behind would go through as it is. */
function checkLimits(inspect: Message): Finding[] {
  if (!('limits' in inspect)) return [];
  return [
    {
      path: ['inspectConfig', 'limits'],
      code: 'UNSAFE_COMBINATION',
      message: 'what DLP finds beyond a limit would stay in the text',
      remedy: 'remove `limits`: requests are made so that they stay below DLP’s own',
    },
  ];
}

interface Named {
  infoType?: { name?: string };
  exclusionType?: string;
}

/** What is looked for and then left as it is would be taken for protected. */
function checkCovered(changes: Message, inspect: Message): Finding[] {
  const transformations = (changes.transformations ?? []) as unknown as { infoTypes?: { name?: string }[] }[];
  const isGeneral = transformations.some(({ infoTypes = [] }) => infoTypes.length === 0);
  if (isGeneral || inspect.excludeInfoTypes === true) return [];
  const changed = new Set(transformations.flatMap(({ infoTypes = [] }) => infoTypes.map(({ name }) => name)));
  const looked = [
    ...((inspect.infoTypes ?? []) as unknown as { name?: string }[]).map(({ name }) => name),
    ...((inspect.customInfoTypes ?? []) as unknown as Named[])
      .filter(({ exclusionType }) => exclusionType !== 'EXCLUSION_TYPE_EXCLUDE')
      .map(({ infoType }) => infoType?.name),
  ];
  return looked
    .filter((name) => !changed.has(name))
    .map((name) => ({
      path: ['inspectConfig'],
      code: 'UNSAFE_COMBINATION',
      message: `${show(name ?? '')} is looked for, and no transformation changes it: what is found would stay`,
      remedy: 'name it in a transformation, or leave `infoTypes` out of one, which then serves all others',
    }));
}
