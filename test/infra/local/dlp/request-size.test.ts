import { createRequire } from 'node:module';
import { fromJSON } from '@grpc/proto-loader';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRequestSize } from '../../../../infra/local/dlp/request-size.ts';

const PARENT = 'projects/local/locations/global';

describe('the size of an item is what protobuf makes of it', () => {
  const protos = createRequire(import.meta.url)('@google-cloud/dlp/build/protos/protos.json');
  const options = { longs: String, enums: String, defaults: true, oneofs: true };
  const service = fromJSON(protos, options)['google.privacy.dlp.v2.DlpService'] as unknown as {
    InspectContent: {
      requestSerialize(request: object): Buffer;
      requestDeserialize(bytes: Buffer): { parent: string; item: never };
    };
  };
  const value = fc.oneof(
    fc.record({ stringValue: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
    fc.record({ integerValue: fc.maxSafeInteger() }),
    fc.record({ floatValue: fc.double() }),
    fc.record({ booleanValue: fc.boolean() }),
    fc.record({
      timestampValue: fc.record({ seconds: fc.integer({ min: 1 }), nanos: fc.integer({ min: 1, max: 999_999_999 }) }),
    }),
    fc.record({
      dateValue: fc.record({
        year: fc.integer({ min: 1, max: 9999 }),
        month: fc.integer({ min: 1, max: 12 }),
        day: fc.integer({ min: 1, max: 31 }),
      }),
    }),
    fc.record({ dayOfWeekValue: fc.constant('MONDAY') }),
    fc.constant({}),
  );
  const item = fc.oneof(
    fc.record({ value: fc.string({ unit: 'grapheme', maxLength: 2000 }) }),
    fc.record({
      table: fc.record({
        headers: fc.array(fc.record({ name: fc.string({ minLength: 1 }) })),
        rows: fc.array(fc.record({ values: fc.array(value) })),
      }),
    }),
  );

  test('to the byte', () => {
    fc.assert(
      fc.property(item, (content) => {
        const bytes = service.InspectContent.requestSerialize({ parent: PARENT, item: content });
        const decoded = service.InspectContent.requestDeserialize(bytes);
        // Filled up to the limit with headers, the request passes with the last byte and fails with one more.
        expect(() => checkRequestSize(decoded.parent, decoded.item)).not.toThrow();
        const room = 524_288 - bytes.length;
        const parent = (extra: number) => decoded.parent.padEnd(decoded.parent.length + extra, 'p');
        const lengthBytes = 2;
        expect(() => checkRequestSize(parent(room - lengthBytes), decoded.item)).not.toThrow();
        expect(() => checkRequestSize(parent(room - lengthBytes + 1), decoded.item)).toThrow(
          'Request payload size exceeds the limit: 524288 bytes.',
        );
      }),
      { numRuns: 60 },
    );
  });
});
