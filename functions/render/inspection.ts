import type { InspectRequest } from '../model/dlp.ts';
import type { ShownRow } from '../plan/inspection.ts';

/** What tells who somebody is, where they are, or lets one in. At LIKELY or above, so that ids and amounts stay quiet. */
const REVEALING: readonly string[] = [
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'CREDIT_CARD_NUMBER',
  'US_SOCIAL_SECURITY_NUMBER',
  'IBAN_CODE',
  'PERSON_NAME',
  'STREET_ADDRESS',
  'LOCATION',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'US_PASSPORT',
  'US_DRIVERS_LICENSE_NUMBER',
  'GCP_API_KEY',
  'JSON_WEB_TOKEN',
];

/** Sampled values as DLP's table. Its columns have names that say what they hold, which DLP reads as context. */
export function renderInspection(names: readonly string[], rows: readonly ShownRow[]): InspectRequest {
  return {
    inspectConfig: { infoTypes: REVEALING.map((name) => ({ name })), minLikelihood: 'LIKELY' },
    headers: names,
    // DLP passes over an empty text, and does not charge it.
    rows: rows.map(({ values }) => ({ values: values.map((value) => ({ stringValue: value ?? '' })) })),
  };
}
