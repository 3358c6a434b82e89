import { type Body, blocksOf, hcl, nested, textsOf } from '../module.ts';
import { everyText, first, flag, ofType, type Rule } from './rule.ts';

const FUNCTION = 'google_cloudfunctions2_function';
const IAM = /_iam_(member|binding|policy|audit_config)$/;
/** Roles of Google's that are bound at all, and to what: everything else is a custom role. */
const BOUND_ROLES: Readonly<Record<string, RegExp>> = {
  'roles/artifactregistry.writer': /^google_artifact_registry_repository_iam_member\.image$/,
  'roles/bigquery.dataEditor': /^google_bigquery_(table_iam_member\.events|dataset_iam_member\.sink)$/,
  'roles/bigquery.jobUser': /^google_project_iam_member\.build$/,
  'roles/bigquery.dataViewer': /^google_bigquery_dataset_iam_member\.reader$/,
  'roles/cloudkms.cryptoKeyDecrypter': /^google_kms_crypto_key_iam_member\.dlp$/,
  'roles/cloudkms.cryptoKeyEncrypterDecrypter':
    /^google_kms_crypto_key_iam_member\.(storage|bigquery|pubsub|functions|functions_storage)$/,
  'roles/iam.serviceAccountOpenIdTokenCreator':
    /^google_service_account_iam_member\.(push|operators|reidentifiers|forgetters)$/,
  'roles/logging.logWriter': /^google_project_iam_member\.(image|build)$/,
  'roles/pubsub.publisher': /^google_pubsub_topic_iam_member\.(storage|dead_letters)$/,
  'roles/pubsub.subscriber': /^google_pubsub_subscription_iam_member\.dead_letters$/,
  'roles/run.invoker': /^google_cloud_run_v2_service_iam_binding\.invokers$/,
  'roles/storage.objectViewer': /^google_(storage_bucket_iam_member\.image|project_iam_member\.image_source)$/,
};
/** Who may call what: the whole of it. */
const CALLERS = {
  arrive: ['push'],
  prepare: ['tasks'],
  deidentify: ['tasks'],
  load: ['tasks'],
  transform: ['tasks'],
  nightly: ['scheduler', 'tasks'],
  adhoc: ['operator'],
  reidentify: hcl('values(local.reidentifiers)'),
  forget: hcl('concat(["tasks"], values(local.forgetters))'),
};

const MEMBERS = hcl(
  `[for caller in each.value : "serviceAccount:${hcl('google_service_account.account[caller].email')}"]`,
);

/** Who reaches what, as whom. */
export const ACCESS_RULES: readonly Rule[] = [
  {
    name: 'functions are reached from within',
    check: (module) => [
      ...flag(
        ofType(module, FUNCTION),
        (body) =>
          first(body, 'service_config').ingress_settings !==
            hcl('each.key == "adhoc" ? var.adhoc_ingress : "ALLOW_INTERNAL_ONLY"') && 'its ingress is not internal',
      ),
      ...everyText(module)
        .filter(({ text }) => /ALLOW_ALL|INGRESS_TRAFFIC_ALL/.test(text))
        .map(({ address }) => `${address}: it is open to the internet`),
    ],
  },
  {
    name: 'each function runs as its own account, and images are built as another',
    check: (module) =>
      flag(ofType(module, FUNCTION), (body) => {
        if (
          first(body, 'service_config').service_account_email !== hcl('google_service_account.account[each.key].email')
        )
          return 'it does not run as its own account';
        return (
          first(body, 'build_config').service_account !== hcl('google_service_account.account["image"].id') &&
          'its image is not built as the account for that'
        );
      }),
  },
  {
    name: 'nothing uses the project’s default accounts',
    check: (module) => [
      ...everyText(module)
        .filter(({ text }) =>
          /@(appspot|developer)\.gserviceaccount\.com|@cloudbuild\.gserviceaccount|compute@/.test(text),
        )
        .map(({ address }) => `${address}: a default account`),
      ...blocksOf(module)
        .filter(
          ({ type }) => /default_service_account$/.test(type) && type !== 'google_bigquery_default_service_account',
        )
        .map(({ address }) => `${address}: a default account`),
    ],
  },
  {
    name: 'no primitive role and no role of an administrator is bound; each predefined one stands where it is known to',
    check: (module) =>
      blocksOf(module)
        .filter(({ type }) => IAM.test(type))
        .flatMap(({ address, body }) =>
          // Wherever it stands in an expression.
          [...textsOf(body)]
            .flatMap(({ text }) => text.match(/roles\/[\w.]+/g) ?? [])
            .filter((role) => /^roles\/(owner|editor|viewer)$|admin$/i.test(role) || !BOUND_ROLES[role]?.test(address))
            .map((role) => `${address}: ${role}`),
        ),
  },
  {
    name: 'nothing is open to everybody',
    check: (module) =>
      everyText(module)
        .filter(({ text }) => /allUsers|allAuthenticatedUsers/.test(text))
        .map(({ address }) => `${address}: everybody`),
  },
  {
    name: 'rights are added one by one: nobody’s are overwritten by a whole policy',
    check: (module) =>
      blocksOf(module)
        .filter(
          ({ type }) =>
            /_iam_policy$/.test(type) ||
            (/_iam_binding$/.test(type) && type !== 'google_cloud_run_v2_service_iam_binding'),
        )
        .map(({ address }) => `${address}: it takes away what it does not name`),
  },
  {
    name: 'rights of a whole project are only those that belong to nothing smaller',
    check: (module) =>
      flag(ofType(module, 'google_project_iam_member'), (body, { name }) => {
        if (name === 'image' || name === 'build') return false;
        if (name === 'image_source')
          return String(first(body, 'condition').expression).includes('/buckets/gcf-v2-sources-')
            ? false
            : 'it reaches every bucket';
        return (
          body.for_each !== hcl('{ for key, grant in local.grants : key => grant if grant.kind == "project" }') &&
          'it is bound to the project'
        );
      }),
  },
  {
    name: 'every push, task and schedule brings a token for the very address that it calls',
    check: (module) => [
      ...flag(
        ofType(module, 'google_pubsub_subscription').filter(({ body }) => nested(body, 'push_config').length > 0),
        (body) => tokenProblem(first(body, 'push_config'), 'push_endpoint', 'push'),
      ),
      ...flag(ofType(module, 'google_cloud_scheduler_job'), (body) =>
        tokenProblem(first(body, 'http_target'), 'uri', 'scheduler'),
      ),
    ],
  },
  {
    name: 'a function is invoked by the callers that are expected, and by nobody else',
    check: (module) => [
      ...(JSON.stringify(sorted(module.locals.callers as Body)) === JSON.stringify(sorted(CALLERS))
        ? []
        : ['local.callers is not what is expected']),
      ...flag(
        ofType(module, 'google_cloud_run_v2_service_iam_binding'),
        (body) =>
          (body.for_each !==
            hcl('{ for name, accounts in local.callers : name => accounts if length(accounts) > 0 }') ||
            body.members !== MEMBERS) &&
          'its members are not those of local.callers',
      ),
      ...blocksOf(module)
        .filter(({ type }) =>
          /^google_cloudfunctions2_function_iam|^google_cloud_run_v2_service_iam_(member|policy)/.test(type),
        )
        .map(({ address }) => `${address}: a way in beside the bindings`),
    ],
  },
  {
    name: 'clear values go to those who are named for it, each as an account of their own, and to nobody unless somebody is',
    check: (module) => {
      const { reidentifiers } = module.variable;
      return [
        ...(JSON.stringify((reidentifiers?.[0] as Body | undefined)?.default) === '{}' ? [] : ['somebody may unasked']),
        ...(JSON.stringify(module.locals.key_holders) === '["deidentify","reidentify","forget"]'
          ? []
          : ['another function has keys']),
        ...flag(
          ofType(module, 'google_service_account_iam_member').filter(({ name }) => name === 'reidentifiers'),
          (body) =>
            (body.for_each !== hcl('var.reidentifiers') ||
              body.member !== hcl('each.value') ||
              body.service_account_id !== hcl('google_service_account.account[local.reidentifiers[each.key]].name')) &&
            'somebody acts as the account of another',
        ),
      ];
    },
  },
  {
    name: 'no secret passes through Terraform',
    check: (module) => [
      ...blocksOf(module)
        .filter(({ type }) =>
          /^google_(kms_secret_ciphertext|secret_manager_secret_version|service_account_key|storage_hmac_key)$|^(random|tls)_/.test(
            type,
          ),
        )
        .map(({ address }) => `${address}: its state would hold a secret`),
      ...everyText(module)
        .filter(
          ({ address, text }) =>
            (/-----BEGIN|AIza[\w-]{30}|ya29\./.test(text) ||
              (!text.includes('${') && /^[A-Za-z0-9+/]{40,}={0,2}$/.test(text))) &&
            !address.startsWith('var '),
        )
        .map(({ address }) => `${address}: it looks like a secret`),
      ...blocksOf(module)
        .filter(({ body }) => 'provisioner' in body || 'connection' in body)
        .map(({ address }) => `${address}: a provisioner runs where the state is`),
    ],
  },
];

function tokenProblem(target: Body, address: string, account: string): string | false {
  const token = first(target, 'oidc_token');
  if (token.service_account_email !== `\${google_service_account.account["${account}"].email}`)
    return 'it brings no token of the account for it';
  return token.audience !== target[address] && 'its token is for another address';
}

const sorted = (record: object): object =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
