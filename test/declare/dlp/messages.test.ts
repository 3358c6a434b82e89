import { createRequire } from 'node:module';
import { Enum, type INamespace, Root, type Type } from 'protobufjs';
import { expect, test } from 'vitest';
import { ENUMS, MESSAGES } from '../../../functions/declare/dlp/messages.ts';

/** What a declaration has no use for: images, file names, and what DLP fills in itself. */
const LEFT_OUT = [
  'excludeByImageFindings',
  'adjustByImageFindings',
  'contentOptions',
  'metadataKeyValueExpression',
  'createTime',
];
/** Read by code of their own. */
const LEAVES = ['CryptoKey', 'Timestamp'];

test('the table of messages is what DLP’s client has', () => {
  const description = createRequire(import.meta.url)('@google-cloud/dlp/build/protos/protos.json') as INamespace;
  const root = Root.fromJSON(description);
  root.resolveAll();
  const messages: Record<string, Record<string, string>> = {};
  const enums: Record<string, string[]> = {};

  function walk(type: Type): void {
    if (Object.hasOwn(messages, type.name) || LEAVES.includes(type.name)) return;
    const fields: Record<string, string> = {};
    messages[type.name] = fields;
    for (const field of type.fieldsArray) {
      if (LEFT_OUT.includes(field.name)) continue;
      const { resolvedType } = field;
      fields[field.name] =
        `${field.repeated ? '[]' : ''}${resolvedType?.name ?? field.type}${field.partOf ? ` ${field.partOf.name}` : ''}`;
      if (resolvedType instanceof Enum)
        enums[resolvedType.name] = Object.entries(resolvedType.values).flatMap(([name, n]) => (n > 0 ? [name] : []));
      else if (resolvedType) walk(resolvedType);
    }
  }
  for (const name of ['PrimitiveTransformation', 'InfoTypeTransformations', 'InspectConfig'])
    walk(root.lookupType(`google.privacy.dlp.v2.${name}`));
  expect(MESSAGES).toEqual(messages);
  expect(ENUMS).toEqual(enums);
});
