import { z } from 'zod';
import { fault } from '../findings.ts';
import { nearest } from '../nearest.ts';

const INFO_TYPE = /^[A-Z][A-Z0-9_]*$/;

/** Common ones, for spelling only: DLP knows some 200, and says so itself when one does not exist. */
const COMMON_INFO_TYPES = [
  'PERSON_NAME',
  'FIRST_NAME',
  'LAST_NAME',
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'STREET_ADDRESS',
  'LOCATION',
  'LOCATION_COORDINATES',
  'CREDIT_CARD_NUMBER',
  'CREDIT_CARD_DATA',
  'IBAN_CODE',
  'SWIFT_CODE',
  'DATE_OF_BIRTH',
  'DATE',
  'AGE',
  'GENDER',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'MAC_ADDRESS_LOCAL',
  'DOMAIN_NAME',
  'ORGANIZATION_NAME',
  'PASSPORT',
  'PASSWORD',
  'ETHNIC_GROUP',
  'MEDICAL_TERM',
  'MEDICAL_RECORD_NUMBER',
  'US_SOCIAL_SECURITY_NUMBER',
  'GOVERNMENT_ID',
  'TECHNICAL_ID',
  'FINANCIAL_ID',
  'FINANCIAL_ACCOUNT_NUMBER',
  'DRIVERS_LICENSE_NUMBER',
  'VEHICLE_IDENTIFICATION_NUMBER',
  'AUTH_TOKEN',
  'COUNTRY_DEMOGRAPHIC',
  'HTTP_COOKIE',
  'IMEI_HARDWARE_ID',
  'IMSI_ID',
  'ADVERTISING_ID',
  'STORAGE_SIGNED_URL',
];

export const InfoType = z
  .string()
  .regex(INFO_TYPE)
  .superRefine((name, context) => {
    // Short names are near to too much: DATE to NAME, AGE to ABA.
    const meant = name.length >= 8 && !COMMON_INFO_TYPES.includes(name) ? nearest(name, COMMON_INFO_TYPES) : undefined;
    if (meant === undefined || Math.abs(meant.length - name.length) > 1) return;
    context.addIssue(fault('WRONG_VALUE', `\`${name}\` is not an infoType of DLP`, `did you mean \`${meant}\`?`));
  })
  .describe('the name of a DLP infoType, as in `EMAIL_ADDRESS`');
