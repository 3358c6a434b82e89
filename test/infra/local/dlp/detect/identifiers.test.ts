import { describe, expect, test } from 'vitest';
import { IDENTIFIERS } from '../../../../../infra/local/dlp/detect/identifiers/find-identifiers.ts';
import { inspectorFor, quotesOf } from './inspect-with.ts';

/**
 * One number of each kind that passes its check, from the authorities' own examples or made to pass, as it is written; and one
 * that differs in its last digit.
 */
const NUMBERS: [infoType: string, right: string, wrong: string, words: string][] = [
  ['US_BANK_ROUTING_MICR', '021000021', '021000022', 'routing number'],
  ['US_HEALTHCARE_NPI', '1234567893', '1234567894', 'NPI'],
  ['US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER', '912-70-1234', '912-93-1234', 'ITIN'],
  ['US_EMPLOYER_IDENTIFICATION_NUMBER', '12-3456789', '00-3456789', 'EIN'],
  ['US_DEA_NUMBER', 'AB1234563', 'AB1234564', 'DEA'],
  ['US_MEDICARE_BENEFICIARY_ID_NUMBER', '1EG4-TE5-MK73', '1SG4-TE5-MK73', 'MBI'],
  ['VEHICLE_IDENTIFICATION_NUMBER', '1M8GDM9AXKP042788', '1M8GDM9A1KP042788', 'VIN'],
  ['IMEI_HARDWARE_ID', '490154203237518', '490154203237517', 'IMEI'],
  ['CANADA_SOCIAL_INSURANCE_NUMBER', '130 692 544', '130 692 545', 'SIN'],
  ['BRAZIL_CPF_NUMBER', '111.444.777-35', '111.444.777-36', 'CPF'],
  ['MEXICO_CURP_NUMBER', 'HEGG560427MVZRRL04', 'HEGG560427MVZRRL05', 'CURP'],
  ['CHILE_CDI_NUMBER', '12.345.678-5', '12.345.678-6', 'RUT'],
  ['UK_NATIONAL_HEALTH_SERVICE_NUMBER', '943 476 5919', '943 476 5918', 'NHS number'],
  ['UK_NATIONAL_INSURANCE_NUMBER', 'AB 12 34 56 C', 'BG 12 34 56 C', 'NINO'],
  ['UK_DRIVERS_LICENSE_NUMBER', 'MORGA657054SM9IJ', 'MORGA699054SM9IJ', 'driving licence'],
  ['SPAIN_NIF_NUMBER', '12345678Z', '12345678A', 'NIF'],
  ['SPAIN_NIE_NUMBER', 'X1234567L', 'X1234567M', 'NIE'],
  ['ITALY_FISCAL_CODE', 'RSSMRA85T10A562S', 'RSSMRA85T10A562T', 'codice fiscale'],
  ['POLAND_PESEL_NUMBER', '44051401458', '44051401459', 'PESEL'],
  ['FINLAND_NATIONAL_ID_NUMBER', '131052-308T', '131052-308U', 'hetu'],
  ['SWEDEN_NATIONAL_ID_NUMBER', '811228-9874', '811228-9875', 'personnummer'],
  ['NORWAY_NI_NUMBER', '01010750160', '01010750161', 'fødselsnummer'],
  ['DENMARK_CPR_NUMBER', '211062-5629', '321062-5629', 'CPR'],
  ['GERMANY_TAXPAYER_IDENTIFICATION_NUMBER', '36 574 261 809', '36 574 261 808', 'Steuer-ID'],
  ['GERMANY_IDENTITY_CARD_NUMBER', 'L01X00T44', 'L01X00T45', 'Ausweis'],
  ['GERMANY_PASSPORT', 'C01X00T41', 'C01X00T42', 'Pass'],
  ['FRANCE_NIR', '2 55 08 14 168 025 38', '2 55 08 14 168 025 39', 'NIR'],
  ['NETHERLANDS_BSN_NUMBER', '111222333', '111222334', 'BSN'],
  ['BELGIUM_NATIONAL_ID_CARD_NUMBER', '591-1917064-58', '591-1917064-59', 'ID card'],
  ['CROATIA_PERSONAL_ID_NUMBER', '33392005961', '33392005962', 'OIB'],
  ['IRELAND_PPSN', '1234567T', '1234567U', 'PPS number'],
  ['SWITZERLAND_SOCIAL_SECURITY_NUMBER', '756.9217.0769.85', '756.9217.0769.84', 'AHV'],
  ['TURKEY_ID_NUMBER', '10000000146', '10000000148', 'kimlik'],
  ['AUSTRALIA_TAX_FILE_NUMBER', '123 456 782', '123 456 783', 'TFN'],
  ['AUSTRALIA_MEDICARE_NUMBER', '2123 45670 1', '2123 45671 1', 'Medicare'],
  ['INDIA_AADHAAR_INDIVIDUAL', '3998 7654 3211', '3998 7654 3212', 'Aadhaar'],
  ['INDIA_PAN_INDIVIDUAL', 'ABBPM4567S', 'ABBXM4567S', 'PAN'],
  ['INDIA_GST_INDIVIDUAL', '27ABCDE1234F1Z5', '27ABCDE1234F1Y5', 'GSTIN'],
  ['KOREA_RRN', '960121-1021413', '961321-1021413', 'RRN'],
  ['KOREA_ARN', '911124-5678901', '911324-5678901', 'ARN'],
  ['SINGAPORE_NATIONAL_REGISTRATION_ID_NUMBER', 'S1234567D', 'S1234567E', 'NRIC'],
  ['THAILAND_NATIONAL_ID_NUMBER', '1234567890121', '1234567890122', 'Thai ID'],
  ['SOUTH_AFRICA_ID_NUMBER', '8001015009087', '8001015009086', 'SA ID'],
  ['CHINA_RESIDENT_ID_NUMBER', '11010519491231002X', '110105194912310021', '身份证'],
  ['HONG_KONG_ID_NUMBER', 'A123456(3)', 'A123456(4)', 'HKID'],
  ['JAPAN_INDIVIDUAL_NUMBER', '123456789018', '123456789019', 'My Number'],
  ['INDONESIA_NIK_NUMBER', '3171011708450001', '3171011713450001', 'NIK'],
  ['ISRAEL_IDENTITY_CARD_NUMBER', '123456782', '123456783', 'Israeli ID'],
  ['VAT_NUMBER', 'DE 136 695 976', 'DE 136 695 977', 'VAT'],
  ['VAT_NUMBER', 'FR40303265045', 'FR41303265045', 'VAT'],
  ['VAT_NUMBER', 'GB 980 7806 84', 'GB 980 7806 85', 'VAT'],
];
/** Told by their words alone. */
const UNCHECKED = ['ARGENTINA_DNI_NUMBER', 'COLOMBIA_CDC_NUMBER', 'PERU_DNI_NUMBER'];

test('every kind has an example here', () => {
  const shown = new Set([...NUMBERS.map(([infoType]) => infoType), ...UNCHECKED]);
  expect([...shown].sort()).toEqual([...IDENTIFIERS.infoTypes].sort());
});

describe.each(NUMBERS)('%s', (infoType, right, wrong, words) => {
  const likely = inspectorFor([infoType], 'LIKELY');

  test('is likely behind the words that name it', () => {
    expect(quotesOf(likely, `${words}: ${right}.`)).toEqual([right]);
    expect(quotesOf(likely, right, words)).toEqual([right]);
  });
  test('is none where the check fails', () => {
    expect(quotesOf(inspectorFor([infoType], 'VERY_UNLIKELY'), `${words}: ${wrong}.`)).toEqual([]);
  });
  test('is none as a part of something longer', () => {
    const any = inspectorFor([infoType], 'VERY_UNLIKELY');
    for (const longer of [`x${right}`, `${right}x9`, `$${right}`, `7-${right}`, `${right}-7`])
      expect(quotesOf(any, longer)).not.toContain(right);
  });
});

test.each(UNCHECKED)('%s counts only behind its word', (infoType) => {
  const likely = inspectorFor([infoType], 'LIKELY');
  expect(quotesOf(likely, 'DNI / cédula 12345678')).toEqual(['12345678']);
  expect(quotesOf(inspectorFor([infoType]), '12345678')).toEqual([]);
});

describe.each<[string, [text: string, quotes: string[]][]]>([
  [
    'PASSWORD',
    [
      ['password: hunter2, then', ['hunter2']],
      ['Passwort = geheim', ['geheim']],
      ['the password is s3cret!', ['s3cret!']],
      ['the password is wrong', []],
      ['passport: none', []],
    ],
  ],
  [
    'AWS_CREDENTIALS',
    [
      ['key AKIAIOSFODNN7EXAMPLE used', ['AKIAIOSFODNN7EXAMPLE']],
      [
        'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
      ],
      ['AKIAIOSFODNN7EXAMPLEX', []],
    ],
  ],
  [
    'ENCRYPTION_KEY',
    [
      [
        'a -----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY----- b',
        ['-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----'],
      ],
      ['-----BEGIN PRIVATE KEY----- and no end', []],
    ],
  ],
  ['BASIC_AUTH_HEADER', [['Authorization: Basic YTpi', ['YTpi']]]],
  [
    'MEDICAL_RECORD_NUMBER',
    [
      ['MRN: A-123456', ['A-123456']],
      ['medical record number 4711001', ['4711001']],
      ['order 4711001', []],
    ],
  ],
  [
    'FINANCIAL_ACCOUNT_NUMBER',
    [
      ['account number 12345678', ['12345678']],
      ['12345678', []],
    ],
  ],
])('%s', (infoType, cases) => {
  test.each(cases)('in %j is %j', (text, quotes) => {
    expect(quotesOf(inspectorFor([infoType]), text)).toEqual(quotes);
  });
});
