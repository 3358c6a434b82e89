import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Column, ColumnType, Transformation } from '../../functions/model/column.ts';
import { stringsOf } from '../../functions/model/texts.ts';
import { createPacker, INSPECT_LIMITS } from '../../functions/plan/pack.ts';
import type { Deidentifier } from '../../functions/ports.ts';
import { renderPack } from '../../functions/render/dlp.ts';
import { column, transformed } from '../plan/declared.ts';

export interface DeidentifierBackend {
  /** Has the keys `pii` and `other`. */
  dlp: Deidentifier;
  stop(): Promise<void>;
}

/** What every de-identifier must do. */
export function deidentifierContract(name: string, open: () => Promise<DeidentifierBackend>): void {
  describe(`a de-identifier: ${name}`, () => {
    let backend: DeidentifierBackend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend.stop());

    const protectedColumn = (transform: Transformation, type: ColumnType): Column =>
      column('value', type, { privacy: transformed(transform) });

    /** The answers for a column's values, as a shard would get them. */
    async function answers(
      transform: Transformation,
      values: readonly string[],
      { type = 'STRING', contexts }: { type?: ColumnType; contexts?: readonly string[] } = {},
    ): Promise<(string | null)[]> {
      const packer = createPacker(INSPECT_LIMITS);
      const found: (string | null)[] = [];
      for (const pack of [...packer.add(protectedColumn(transform, type), values, contexts), ...packer.flush()]) {
        const { request, outputs } = renderPack(pack);
        found.push(...outputs(await backend.dlp.deidentify(request)).flatMap(stringsOf));
      }
      return found;
    }

    test('answers each value at its place', async () => {
      const values = Array.from({ length: 1_234 }, (_, i) => `${i}`.padStart(6, '0'));
      expect(await answers({ kind: 'mask', with: '#', keepLast: 5 }, values)).toEqual(
        values.map((value) => `#${value.slice(1)}`),
      );
    });

    test('gives equal values equal tokens, by key, in every request', async () => {
      const tokenize = (key: string) => answers({ kind: 'tokenize', key }, ['ann@example.com', 'bob@example.com']);
      const [ann, bob] = await tokenize('pii');
      expect(ann).toMatch(/^pii\(\d+\):/);
      expect(ann).not.toBe(bob);
      expect(ann).not.toContain('ann');
      expect(await tokenize('pii')).toEqual([ann, bob]);
      expect((await tokenize('other'))[0]).not.toBe(ann);
    });

    test('hashes by key', async () => {
      const [a, b] = await answers({ kind: 'hash', key: 'pii' }, ['ann', 'bob']);
      expect(a).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      expect(a).not.toBe(b);
      expect((await answers({ kind: 'hash', key: 'other' }, ['ann']))[0]).not.toBe(a);
    });

    test('tells equal values apart by their tweak', async () => {
      const tokenize: Transformation = { kind: 'tokenize', key: 'pii', tweak: 'country' };
      const contexts = ['DE', 'FR', 'DE', ''];
      const [de, fr, again, none] = await answers(tokenize, ['ann', 'ann', 'ann', 'ann'], { contexts });
      expect(again).toBe(de);
      expect(new Set([de, fr, none]).size).toBe(3);
      expect(await answers(tokenize, ['ann'], { contexts: ['FR'] })).toEqual([fr]);
    });

    test('encrypts to the same length and alphabet, by key and tweak, and two values never to one', async () => {
      const fpe: Transformation = { kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' };
      const values = Array.from({ length: 100 }, (_, i) => `${i}`.padStart(4, '0'));
      const encrypted = await answers(fpe, values);
      expect(new Set(encrypted).size).toBe(100);
      for (const one of encrypted) expect(one).toMatch(/^\d{4}$/);
      expect(await answers(fpe, values)).toEqual(encrypted);
      expect(await answers({ ...fpe, key: 'other' }, values)).not.toEqual(encrypted);
      const tweaked: Transformation = { ...fpe, tweak: 'country' };
      const [de, fr] = await answers(tweaked, ['123456789', '123456789'], { contexts: ['DE', 'FR'] });
      expect(de).not.toBe(fr);
      const [marked] = await answers({ ...fpe, surrogate: 'ssn' }, ['123456789']);
      expect(marked).toMatch(/^ssn\(9\):\d{9}$/);
      const letters: Transformation = { ...fpe, alphabet: { characters: 'abcdef-' } };
      expect((await answers(letters, ['bad-cafe']))[0]).toMatch(/^[a-f-]{8}$/);
    });

    test('fails for what is not in the alphabet, and lets nothing through', async () => {
      const fpe: Transformation = { kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' };
      await expect(answers(fpe, ['123456789', '12-34'])).rejects.toMatchObject({
        code: 'DLP_FAILED',
        retryable: false,
      });
    });

    test('puts numbers into ranges of one’s own', async () => {
      const ranges: Transformation = {
        kind: 'bucket',
        ranges: [
          { max: 18, with: 'minor' },
          { min: 18, with: 'adult' },
        ],
      };
      expect(await answers(ranges, ['-1', '17', '18', '99'], { type: 'INT64' })).toEqual([
        'minor',
        'minor',
        'adult',
        'adult',
      ]);
      expect(await answers(ranges, ['17.9', '18'], { type: 'FLOAT64' })).toEqual(['minor', 'adult']);
    });

    test('gives each value one of the words', async () => {
      const words = ['Berlin', 'Paris', 'Rome'];
      const given = await answers(
        { kind: 'dictionary', words },
        Array.from({ length: 200 }, (_, i) => `city ${i}`),
      );
      expect(new Set(given)).toEqual(new Set(words));
    });

    test('puts numbers into buckets, 0 and what lies outside as well', async () => {
      const bucket: Transformation = { kind: 'bucket', size: 10, min: 0, max: 30 };
      expect(await answers(bucket, ['0', '7', '25', '-5', '99'], { type: 'INT64' })).toEqual([
        '0:10',
        '0:10',
        '20:30',
        expect.stringMatching(/^-|^<|0/),
        expect.stringMatching(/30/),
      ]);
      expect(
        await answers({ ...bucket, size: 0.5, max: 1 } as Transformation, ['0', '0.75'], { type: 'FLOAT64' }),
      ).toEqual([expect.stringMatching(/^0(\.0)?:0\.5$/), expect.stringMatching(/^0\.5:1(\.0)?$/)]);
    });

    test('shifts dates by their context, so that the dates of one person keep their distances', async () => {
      const shift: Transformation = { kind: 'date_shift', days: 30, by: 'id', key: 'pii' };
      const days = ['1990-01-01', '1990-01-11', '1990-01-01'];
      const [a, b, c] = await answers(shift, days, { type: 'DATE', contexts: ['ann', 'ann', 'bob'] });
      const distance = (from: unknown, to: unknown) => (Date.parse(String(to)) - Date.parse(String(from))) / 86_400_000;
      expect(a).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(distance(a, b)).toBe(10);
      for (const one of [a, c]) expect(Math.abs(distance('1990-01-01', one))).toBeLessThanOrEqual(30);
      expect(await answers(shift, days, { type: 'DATE', contexts: ['ann', 'ann', 'bob'] })).toEqual([a, b, c]);
    });

    test('shifts times by whole days, to the microsecond', async () => {
      const shift: Transformation = { kind: 'date_shift', days: 30, by: 'id', key: 'pii' };
      const times = ['2026-01-31 05:06:07.123456+00', '1969-12-31 23:59:59.999999+00', '1970-01-01 00:00:00+00'];
      const shifted = await answers(shift, times, { type: 'TIMESTAMP', contexts: ['a', 'a', 'a'] });
      expect(shifted).toEqual([
        expect.stringMatching(/^\d{4}-\d\d-\d\dT05:06:07\.123456Z$/),
        expect.stringMatching(/^\d{4}-\d\d-\d\dT23:59:59\.999999Z$/),
        expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\.000000Z$/),
      ]);
    });

    test('takes parts of times, the hour 0 among them', async () => {
      const hours = ['2026-01-31 00:06:07+00', '2026-01-31 23:00:00+00'];
      expect(await answers({ kind: 'time_part', part: 'HOUR_OF_DAY' }, hours, { type: 'TIMESTAMP' })).toEqual([
        '0',
        '23',
      ]);
      expect(await answers({ kind: 'time_part', part: 'YEAR' }, ['1990-01-31'], { type: 'DATE' })).toEqual(['1990']);
    });

    test('takes what it finds out of texts, and leaves the rest', async () => {
      const findings = (replacement: 'info_type' | 'nothing' | 'mask'): Transformation => ({
        kind: 'redact_findings',
        infoTypes: ['EMAIL_ADDRESS'],
        minLikelihood: 'POSSIBLE',
        with: replacement,
      });
      const texts = ['write to ann@example.com today', 'nothing here', 'ann@example.com'];
      expect(await answers(findings('info_type'), texts)).toEqual([
        'write to [EMAIL_ADDRESS] today',
        'nothing here',
        '[EMAIL_ADDRESS]',
      ]);
      expect(await answers(findings('nothing'), texts)).toEqual(['write to  today', 'nothing here', '']);
      expect(await answers(findings('mask'), texts)).toEqual([
        'write to *************** today',
        'nothing here',
        '***************',
      ]);
    });

    test('keeps what is no letter of ours', async () => {
      const texts = ['grüße 🧂', '\u0000\u0007', "'; DROP TABLE x; --", ' ', 'a\nb'];
      const kept: Transformation = { kind: 'mask', with: '*', keepLast: 50 };
      expect(await answers(kept, texts)).toEqual(texts);
    });

    test('refuses a key that nobody has configured, for good', async () => {
      await expect(answers({ kind: 'tokenize', key: 'none' }, ['a'])).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        retryable: false,
      });
    });

    test('inspects a table: what is found, in which column and row, and never the value', async () => {
      const texts = (...values: string[]) => ({ values: values.map((stringValue) => ({ stringValue })) });
      const found = await backend.dlp.inspect({
        inspectConfig: {
          infoTypes: [{ name: 'EMAIL_ADDRESS' }, { name: 'CREDIT_CARD_NUMBER' }],
          minLikelihood: 'LIKELY',
        },
        headers: ['note', 'other'],
        rows: [texts('fine', ''), texts('', 'ann@example.com'), texts('4111 1111 1111 1111', 'bob@example.com')],
      });
      expect(found.toSorted((a, b) => a.row - b.row || a.column.localeCompare(b.column))).toEqual([
        { infoType: 'EMAIL_ADDRESS', column: 'other', row: 1 },
        { infoType: 'CREDIT_CARD_NUMBER', column: 'note', row: 2 },
        { infoType: 'EMAIL_ADDRESS', column: 'other', row: 2 },
      ]);
    });

    test('finds nothing where there is nothing', async () => {
      const request = { inspectConfig: { infoTypes: [{ name: 'EMAIL_ADDRESS' }] }, headers: ['a'] };
      const rows = [{ values: [{ stringValue: 'red' }] }];
      expect(await backend.dlp.inspect({ ...request, rows })).toEqual([]);
    });

    test('says that a request is too large, so that the caller halves it', async () => {
      const request = {
        deidentifyConfig: {
          recordTransformations: {
            fieldTransformations: [{ fields: [{ name: 'a' }], primitiveTransformation: { redactConfig: {} } }],
          },
        },
        headers: ['a'],
      };
      const tooLarge = expect.objectContaining({ code: 'DLP_TOO_LARGE', retryable: false });
      const bytes = [{ values: [{ stringValue: 'x'.repeat(600_000) }] }];
      await expect(backend.dlp.deidentify({ ...request, rows: bytes })).rejects.toEqual(tooLarge);
      const cells = Array.from({ length: 50_001 }, () => ({ values: [{ stringValue: '1' }] }));
      await expect(backend.dlp.deidentify({ ...request, rows: cells })).rejects.toEqual(tooLarge);
    });

    test('a request that is wrong fails for good, and says nothing of its content', async () => {
      const request = {
        deidentifyConfig: {
          recordTransformations: {
            fieldTransformations: [{ fields: [{ name: 'a' }], primitiveTransformation: { cryptoHashConfig: {} } }],
          },
        },
        headers: ['a', 'a'],
        rows: [{ values: [{ stringValue: 'ann@example.com' }] }],
      };
      const error: unknown = await backend.dlp.deidentify(request).catch((raw: unknown) => raw);
      expect(error).toMatchObject({ code: 'DLP_FAILED', retryable: false });
      expect((error as Error).message).not.toContain('ann');
    });
  });
}
