import { AGE } from './age.ts';
import { CREDIT_CARD } from './credit-card.ts';
import { DATE_AND_TIME } from './date.ts';
import type { Detector } from './detector.ts';
import { EMAIL } from './email.ts';
import { IBAN } from './iban.ts';
import { IDENTIFIERS } from './identifiers/find-identifiers.ts';
import { IP_ADDRESS } from './ip-address.ts';
import { MAC_ADDRESS } from './mac-address.ts';
import { NAMED_NUMBERS } from './named-numbers.ts';
import { NAMES_AND_PLACES } from './names-and-places.ts';
import { PHONE } from './phone.ts';
import { SECRETS } from './secrets.ts';
import { SWIFT_CODE } from './swift-code.ts';
import { URL_AND_DOMAIN } from './url.ts';
import { US_DOCUMENTS } from './us-documents.ts';
import { US_SOCIAL_SECURITY } from './us-social-security.ts';
import { ZIP_CODE } from './zip-code.ts';

/** Every family of built-in detectors; a family's file tells what it finds and how likely each form of it is. */
const DETECTORS: readonly Detector[] = [
  EMAIL,
  URL_AND_DOMAIN,
  PHONE,
  CREDIT_CARD,
  US_SOCIAL_SECURITY,
  IBAN,
  SWIFT_CODE,
  IP_ADDRESS,
  MAC_ADDRESS,
  SECRETS,
  DATE_AND_TIME,
  AGE,
  US_DOCUMENTS,
  IDENTIFIERS,
  NAMED_NUMBERS,
  ZIP_CODE,
  NAMES_AND_PLACES,
];

const BY_INFO_TYPE = new Map(
  DETECTORS.flatMap((detector) => detector.infoTypes.map((name) => [name, detector] as const)),
);

/** All built-in infoTypes, in the order of their families. */
export const INFO_TYPES: readonly string[] = [...BY_INFO_TYPE.keys()];

/**
 * What is looked for when a request names no infoType (Google's ALL_BASIC, whose members Google may change): those that need
 * no word near them.
 */
export const DEFAULT_INFO_TYPES: readonly string[] = [
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'CREDIT_CARD_NUMBER',
  'US_SOCIAL_SECURITY_NUMBER',
  'IBAN_CODE',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'URL',
  'DATE',
  'DATE_OF_BIRTH',
  'TIME',
  'AGE',
  'PERSON_NAME',
  'STREET_ADDRESS',
  'LOCATION',
  'ORGANIZATION_NAME',
  'US_PASSPORT',
  'US_DRIVERS_LICENSE_NUMBER',
  'GCP_API_KEY',
  'AWS_CREDENTIALS',
  'ENCRYPTION_KEY',
  'JSON_WEB_TOKEN',
];

export function isBuiltIn(infoType: string): boolean {
  return BY_INFO_TYPE.has(infoType);
}

export function detectorOf(infoType: string): Detector {
  const detector = BY_INFO_TYPE.get(infoType);
  if (!detector) throw new Error(`no detector finds ${infoType}`);
  return detector;
}
