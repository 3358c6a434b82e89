import { describe, expect, test } from 'vitest';
import { named, useInspection } from './inspection.ts';

const { inspect, quotes } = useInspection();

describe('likelihood', () => {
  test.each<[string, object, string[]]>([
    ['POSSIBLE is the least that is returned unless told otherwise', {}, []],
    ['less is returned if asked for', { minLikelihood: 'VERY_UNLIKELY' }, ['4155550132 VERY_UNLIKELY']],
    [
      'an infoType may have its own least',
      { minLikelihoodPerInfoType: [{ infoType: { name: 'PHONE_NUMBER' }, minLikelihood: 'VERY_UNLIKELY' }] },
      ['4155550132 VERY_UNLIKELY'],
    ],
  ])('%s', async (_, config, expected) => {
    expect(await quotes('order 4155550132', { infoTypes: named('PHONE_NUMBER'), ...config })).toEqual(expected);
  });

  test('rises with a word before the value or in the name of its column', async () => {
    expect(await quotes('phone 4155550132', { infoTypes: named('PHONE_NUMBER') })).toEqual(['4155550132 LIKELY']);
    const table = {
      headers: named('customerPhone', 'order'),
      rows: [{ values: [{ stringValue: '4155550132' }, { stringValue: '4155550132' }] }],
    };
    const result = await inspect({ table }, { infoTypes: named('PHONE_NUMBER') });
    expect(
      result?.findings?.map(({ location }) => location?.contentLocations?.[0]?.recordLocation?.fieldId?.name),
    ).toEqual(['customerPhone']);
  });
});
