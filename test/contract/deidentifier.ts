import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Column, ColumnType, Transformation } from '../../functions/model/column.ts';
import { stringsOf } from '../../functions/model/texts.ts';
import { createPacker, INSPECT_LIMITS } from '../../functions/plan/pack.ts';
import type { Deidentifier } from '../../functions/ports.ts';
import { renderPack } from '../../functions/render/dlp.ts';
import { renderReversal, reversalOf } from '../../functions/render/reversal.ts';
import { column, transformed } from '../plan/declared.ts';

export interface DeidentifierBackend {
  /** Has the keys `pii` and `other`. */
  dlp: Deidentifier;
  /** Stores a template, or stores it anew, and answers with its full name. */
  store(collection: 'deidentifyTemplates' | 'inspectTemplates', id: string, template: object): Promise<string>;
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

    /** Tokens of a column back, as one request has them. */
    async function opened(
      transform: Transformation,
      tokens: readonly string[],
      contexts?: readonly string[],
    ): Promise<{ values: unknown[]; unopened: number }> {
      const reversal = reversalOf(protectedColumn(transform, 'STRING'));
      if ('none' in reversal) throw new Error(reversal.none);
      const request = renderReversal([{ reversal, tokens, ...(contexts && { contexts }) }]);
      const { cells, unopened } = await backend.dlp.reidentify(request);
      return { values: cells.map(([value]) => value), unopened };
    }

    test.each<[string, Transformation]>([
      ['tokens', { kind: 'tokenize', key: 'pii' }],
      ['tokens with a tweak', { kind: 'tokenize', key: 'pii', tweak: 'country' }],
      ['values that keep their format', { kind: 'fpe', key: 'pii', alphabet: 'ALPHA_NUMERIC' }],
      ['the same, marked', { kind: 'fpe', key: 'pii', alphabet: 'ALPHA_NUMERIC', surrogate: 'code' }],
      ['the same with a tweak', { kind: 'fpe', key: 'pii', alphabet: { radix: 62 }, tweak: 'country' }],
      [
        'what DLP’s own words made',
        {
          kind: 'dlp',
          primitive: { cryptoDeterministicConfig: { cryptoKey: { keyName: 'pii' } } },
          keys: ['pii'],
        },
      ],
    ])('turns %s back into values', async (_, transform) => {
      const values = ['Ann42', 'zz', 'Ann42', '0000000'];
      const contexts = 'tweak' in transform ? ['DE', 'FR', 'FR', ''] : undefined;
      const tokens = (await answers(transform, values, contexts && { contexts })) as string[];
      expect(tokens.filter((token, at) => token === values[at])).toEqual([]);
      expect(await opened(transform, tokens, contexts)).toEqual({ values, unopened: 0 });
    });

    test('leaves what does not open as it came, and says how many', async () => {
      const tokenize: Transformation = { kind: 'tokenize', key: 'pii' };
      const [token = ''] = (await answers(tokenize, ['ann@example.com'])) as string[];
      const [other = ''] = (await answers({ ...tokenize, key: 'other' }, ['ann@example.com'])) as string[];
      const forged = other.replace('other(', 'pii(');
      const damaged = token.replace(/.(?==*$)/, (last) => (last === 'A' ? 'B' : 'A'));
      expect(await opened(tokenize, [forged, token, damaged])).toEqual({
        values: [forged, 'ann@example.com', damaged],
        unopened: 2,
      });
      const tweaked: Transformation = { ...tokenize, tweak: 'country' };
      const [german = ''] = (await answers(tweaked, ['ann'], { contexts: ['DE'] })) as string[];
      expect(await opened(tweaked, [german, german], ['FR', 'DE'])).toEqual({ values: [german, 'ann'], unopened: 1 });
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

    test('does what DLP’s own words say', async () => {
      const key = { cryptoKey: { keyName: 'pii' } };
      const verbatim = (primitive: Record<string, object>, context?: string): Transformation => ({
        kind: 'dlp',
        primitive,
        keys: [],
        ...(context !== undefined && { context }),
      });
      expect(await answers(verbatim({ characterMaskConfig: { numberToMask: 2 } }), ['abcd'])).toEqual(['**cd']);
      expect(await answers(verbatim({ replaceConfig: { newValue: { integerValue: '7' } } }), ['abcd'])).toEqual(['7']);
      const shift = { dateShiftConfig: { upperBoundDays: 9, lowerBoundDays: 9, context: { name: 'id' }, ...key } };
      const shifted = await answers(verbatim(shift, 'id'), ['2026-01-01'], { type: 'DATE', contexts: ['ann'] });
      expect(shifted).toEqual(['2026-01-10']);
      const tokens = verbatim({ cryptoDeterministicConfig: { ...key, context: { name: 'country' } } }, 'country');
      const [de, fr] = await answers(tokens, ['ann', 'ann'], { contexts: ['DE', 'FR'] });
      expect(de).not.toBe(fr);
      const found: Transformation = {
        kind: 'dlp',
        findings: {
          transformations: [
            {
              infoTypes: [{ name: 'CASE_NUMBER' }],
              primitiveTransformation: { replaceConfig: { newValue: { stringValue: 'a case' } } },
            },
            { infoTypes: [{ name: 'EMAIL_ADDRESS' }], primitiveTransformation: { replaceWithInfoTypeConfig: {} } },
          ],
        },
        inspect: {
          infoTypes: [{ name: 'EMAIL_ADDRESS' }],
          customInfoTypes: [{ infoType: { name: 'CASE_NUMBER' }, regex: { pattern: 'C-\\d{4}' } }],
        },
        keys: [],
      };
      expect(await answers(found, ['C-1234 of ann@example.com'])).toEqual(['a case of [EMAIL_ADDRESS]']);
    });

    describe('through a stored template', () => {
      const REDACTION = {
        deidentifyConfig: {
          infoTypeTransformations: {
            transformations: [{ primitiveTransformation: { replaceWithInfoTypeConfig: {} } }],
          },
        },
      };
      const fieldOf = (name: string) => ({
        deidentifyConfig: {
          recordTransformations: {
            fieldTransformations: [
              { fields: [{ name }], primitiveTransformation: { characterMaskConfig: { numberToMask: 2 } } },
            ],
          },
        },
      });

      test('takes what it finds out of texts', async () => {
        const deidentify = await backend.store('deidentifyTemplates', 'notes', REDACTION);
        const inspect = await backend.store('inspectTemplates', 'look', {
          inspectConfig: { infoTypes: [{ name: 'EMAIL_ADDRESS' }] },
        });
        const transform: Transformation = { kind: 'template', deidentify, inspect, madeFor: 'info_types' };
        expect(await answers(transform, ['to ann@example.com', 'nothing'])).toEqual(['to [EMAIL_ADDRESS]', 'nothing']);
      });

      test('transforms the field of the column’s name', async () => {
        const deidentify = await backend.store('deidentifyTemplates', 'values', fieldOf('value'));
        expect(await answers({ kind: 'template', deidentify, madeFor: 'records' }, ['abcd', 'xyz'])).toEqual([
          '**cd',
          '**z',
        ]);
      });

      test('takes its context from the column of that name', async () => {
        const fields = [
          {
            fields: [{ name: 'value' }],
            primitiveTransformation: {
              cryptoReplaceFfxFpeConfig: {
                cryptoKey: { unwrapped: { key: 'YWJjZGVmZ2hpamtsbW5vcA==' } },
                commonAlphabet: 'NUMERIC',
                context: { name: 'country' },
              },
            },
          },
        ];
        const deidentify = await backend.store('deidentifyTemplates', 'tweaked', {
          deidentifyConfig: { recordTransformations: { fieldTransformations: fields } },
        });
        const transform: Transformation = { kind: 'template', deidentify, madeFor: 'records', context: 'country' };
        const [de, fr, again] = await answers(transform, ['4359916732', '4359916732', '4359916732'], {
          contexts: ['DE', 'FR', 'DE'],
        });
        expect(de).toMatch(/^\d{10}$/);
        expect(fr).not.toBe(de);
        expect(again).toBe(de);
      });

      test('tells what it is made for, and when it was changed', async () => {
        const name = await backend.store('deidentifyTemplates', 'told', REDACTION);
        const before = await backend.dlp.template(name);
        expect(before).toMatchObject({ kind: 'deidentify', madeFor: 'info_types', transforms: 'all', fields: [] });
        await backend.store('deidentifyTemplates', 'told', fieldOf('email'));
        const after = await backend.dlp.template(name);
        expect(after).toMatchObject({ madeFor: 'records', fields: [{ names: ['email'], isConditional: false }] });
        expect(Date.parse(after?.updatedAt ?? '')).toBeGreaterThan(Date.parse(before?.updatedAt ?? ''));
        const look = await backend.store('inspectTemplates', 'limited', {
          inspectConfig: { infoTypes: [{ name: 'EMAIL_ADDRESS' }], limits: { maxFindingsPerRequest: 9 } },
        });
        expect(await backend.dlp.template(look)).toMatchObject({
          kind: 'inspect',
          infoTypes: ['EMAIL_ADDRESS'],
          limitsFindings: true,
        });
      });

      test('that is not there says so, and nothing goes through it', async () => {
        const name = await backend.store('deidentifyTemplates', 'there', REDACTION);
        const deidentify = name.replace(/there$/, 'gone');
        expect(await backend.dlp.template(deidentify)).toBeUndefined();
        expect(await backend.dlp.template(deidentify.replaceAll('deidentify', 'inspect'))).toBeUndefined();
        const transform: Transformation = { kind: 'template', deidentify, madeFor: 'info_types' };
        await expect(answers(transform, ['ann@example.com'])).rejects.toMatchObject({
          code: 'DLP_FAILED',
          retryable: false,
        });
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

    test('looks for infoTypes of one’s own, leaves exceptions, and replaces each in its own way', async () => {
      const transform: Transformation = {
        kind: 'redact_findings',
        infoTypes: ['EMAIL_ADDRESS'],
        minLikelihood: 'LIKELY',
        with: 'info_type',
        each: { CASE_NUMBER: { text: 'a case' }, SITE: { tokenize: 'pii' } },
        custom: [
          { name: 'CASE_NUMBER', pattern: 'C-[0-9]{4}' },
          { name: 'PROJECT', words: ['apollo', 'project x'] },
          { name: 'SITE', words: ['berlin'], likelihood: 'UNLIKELY' },
        ],
        except: [{ infoTypes: ['EMAIL_ADDRESS'], words: ['info@example.com'] }],
        near: [{ infoTypes: ['SITE'], pattern: '(?i)site', before: 10, after: 0, likelihood: 'VERY_LIKELY' }],
      };
      const [texts, site, again] = await answers(transform, [
        'C-1234: Apollo, Project X, ann@example.com, info@example.com, berlin',
        'site: berlin',
        'our site berlin',
      ]);
      expect(texts).toBe('a case: [PROJECT], [PROJECT], [EMAIL_ADDRESS], info@example.com, berlin');
      expect(site).toMatch(/^site: pii\(\d+\):/);
      expect(again?.slice(9)).toBe(site?.slice(6));
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
