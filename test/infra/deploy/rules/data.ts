import { type Body, blocksOf, hcl, type Module, nested } from '../module.ts';
import { first, flag, ofType, type Rule } from './rule.ts';

const BUCKET = 'google_storage_bucket';
const FUNCTION = 'google_cloudfunctions2_function';
const DATASET = 'google_bigquery_dataset';
/** Holds rows, keys or the ledger: gone is gone. */
const PRECIOUS = [
  'google_storage_bucket.data',
  'google_bigquery_dataset.declared',
  'google_bigquery_dataset.own',
  'google_kms_crypto_key.dlp',
  'google_kms_crypto_key.data',
  'google_kms_crypto_key.functions',
];
const traits = (module: Module): Record<string, Body> => (module.locals.bucket_traits ?? {}) as Record<string, Body>;

/** Buckets, datasets, topics and the keys that they lie under. */
export const DATA_RULES: readonly Rule[] = [
  {
    name: 'no bucket can be made public',
    check: (module) =>
      flag(
        ofType(module, BUCKET),
        (body) => body.public_access_prevention !== 'enforced' && 'public access is not prevented',
      ),
  },
  {
    name: 'access to buckets is uniform',
    check: (module) =>
      flag(
        ofType(module, BUCKET),
        (body) => body.uniform_bucket_level_access !== true && 'objects can have rights of their own',
      ),
  },
  {
    name: 'no bucket has a retention policy',
    check: (module) =>
      flag(
        ofType(module, BUCKET),
        (body) =>
          nested(body, 'retention_policy').length > 0 &&
          'Google refuses one beside versioning, and it would block the ledger',
      ),
  },
  {
    name: 'every bucket says what becomes of old objects',
    check: (module) =>
      flag(ofType(module, BUCKET), (body) => nested(body, 'lifecycle_rule').length === 0 && 'it has no lifecycle'),
  },
  {
    name: 'every bucket says whether it is versioned and what soft delete keeps',
    check: (module) =>
      flag(
        ofType(module, BUCKET),
        (body) =>
          (nested(body, 'versioning').length !== 1 || nested(body, 'soft_delete_policy').length !== 1) &&
          'Google would decide',
      ),
  },
  {
    name: 'the raw bucket keeps overwritten generations for 30 days, and no other keeps any',
    check(module) {
      const noncurrent = blocksOf(module)
        .filter(({ address }) => address === 'google_storage_bucket.data')
        .flatMap(({ body }) => ((body.dynamic ?? {}) as Record<string, Body[]>).lifecycle_rule ?? [])
        .filter((rule) => JSON.stringify(rule).includes('days_since_noncurrent_time'));
      const kept = String(noncurrent[0]?.for_each);
      return [
        ...Object.entries(traits(module)).flatMap(([role, { versioning }]) =>
          versioning === (role === 'raw') ? [] : [`${role}: versioning is ${versioning}`],
        ),
        ...(kept === hcl('each.value.versioning ? [30] : []') ? [] : [`noncurrent generations are kept ${kept}`]),
      ];
    },
  },
  {
    name: 'what is removed from staging, quarantine and curated is gone at once',
    check: (module) =>
      ['staging', 'quarantine', 'curated']
        .filter((role) => traits(module)[role]?.soft_delete_days !== 0)
        .map((role) => `${role}: soft delete keeps it`),
  },
  {
    name: 'staging is empty after a week',
    check: (module) => (traits(module).staging?.delete_after_days === 7 ? [] : ['staging is not cleared after 7 days']),
  },
  {
    name: 'with cmek, data lies under keys of our own',
    check: (module) => [
      ...flag(
        ofType(module, BUCKET),
        (body) =>
          !keyed(first(body, 'encryption').default_kms_key_name, body, 'encryption') && 'it is under a key of Google’s',
      ),
      ...flag(
        ofType(module, DATASET),
        (body) =>
          !keyed(
            first(body, 'default_encryption_configuration').kms_key_name,
            body,
            'default_encryption_configuration',
          ) && 'it is under a key of Google’s',
      ),
      ...flag(
        ofType(module, 'google_pubsub_topic'),
        (body) => body.kms_key_name !== hcl('local.topic_key') && 'it is under a key of Google’s',
      ),
      ...flag(
        ofType(module, FUNCTION, 'google_artifact_registry_repository'),
        (body) =>
          !/^\$\{var\.cmek \? google_kms_crypto_key\./.test(String(body.kms_key_name)) &&
          'it is under a key of Google’s',
      ),
    ],
  },
  {
    name: 'raw and curated data have keys of their own',
    check(module) {
      const { raw, staging, quarantine, curated } = traits(module);
      const shared = [raw, staging, quarantine].filter((trait) => trait?.key !== 'raw' || trait.key === curated?.key);
      return shared.length === 0 ? [] : ['raw-classified and curated data share a key'];
    },
  },
  {
    name: 'keys rotate within 90 days',
    check: (module) => [
      ...flag(
        ofType(module, 'google_kms_crypto_key'),
        (body) => body.rotation_period !== hcl('local.rotation') && `it rotates every ${body.rotation_period}`,
      ),
      ...(module.locals.rotation === `${hcl('var.key_rotation_days * 86400')}s`
        ? []
        : ['the rotation is not that of key_rotation_days']),
      ...(Number(module.variable.key_rotation_days?.[0]?.default) <= 90 ? [] : ['the default is above 90 days']),
      ...(String(first(module.variable.key_rotation_days?.[0], 'validation').condition).includes(
        'var.key_rotation_days <= 90',
      )
        ? []
        : ['more than 90 days are allowed']),
    ],
  },
  {
    name: 'what cannot be had again is not destroyed',
    check: (module) =>
      PRECIOUS.filter(
        (address) =>
          first(blocksOf(module).find((block) => block.address === address)?.body, 'lifecycle').prevent_destroy !==
          true,
      ).map((address) => `${address}: terraform destroy takes it`),
  },
  {
    name: 'no bucket or dataset is emptied to be destroyed',
    check: (module) =>
      flag(
        ofType(module, BUCKET, DATASET),
        (body) =>
          (body.force_destroy ?? body.delete_contents_on_destroy) !== false &&
          'destroying it takes what is in it along',
      ),
  },
];

/** A key of ours, or none where `cmek` is off. */
function keyed(key: unknown, body: Body, block: string): boolean {
  const [dynamic] = ((body.dynamic ?? {}) as Record<string, Body[]>)[block] ?? [];
  return (
    key === `\${${block}.value}` &&
    /^\$\{var\.cmek \? \[(google_kms_crypto_key\.data\[|local\.dataset_key)/.test(String(dynamic?.for_each))
  );
}
