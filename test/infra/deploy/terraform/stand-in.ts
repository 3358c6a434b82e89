import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { decode, ExtData, encode } from '@msgpack/msgpack';
import type { BlockSchema } from '../../../../infra/deploy/schema/extract.ts';
import { SCHEMA } from '../check-schema.ts';

/**
 * A provider of Google's that knows its schema and nothing else. It lets the real Terraform validate, plan and apply where
 * the provider cannot be downloaded: Terraform itself then finds what does not evaluate, and shows what would be made. What
 * only Google would know is known after apply, and then is a name that can be told apart; nothing is made anywhere.
 */
export interface StandIn {
  /** For TF_REATTACH_PROVIDERS. */
  reattach: string;
  stop(): void;
}

/** What the data sources answer. */
const DATA: Readonly<Record<string, Record<string, string>>> = {
  google_project: { number: '123456789012' },
  google_storage_project_service_account: {
    email_address: 'service-123456789012@gs-project-accounts.iam.gserviceaccount.com',
  },
  google_bigquery_default_service_account: { email: 'bq-123456789012@bigquery-encryption.iam.gserviceaccount.com' },
};

type Fields = { [name: string]: unknown };
interface Call<Request> {
  request: Request;
}
type Answer = (error: null, response: object) => void;
interface Dynamic {
  msgpack: Uint8Array;
}
interface Change {
  type_name: string;
  prior_state: Dynamic;
  proposed_new_state: Dynamic;
}

export async function startStandIn(): Promise<StandIn> {
  const definition = loadSync(fileURLToPath(new URL('./provider.proto', import.meta.url)), {
    keepCase: true,
    defaults: true,
  });
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  server.addService(definition['tfplugin5.Provider'] as ServiceDefinition, METHODS);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const at = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
  };
  return {
    reattach: JSON.stringify({ 'registry.terraform.io/hashicorp/google': at }),
    stop: () => server.forceShutdown(),
  };
}

const METHODS: UntypedServiceImplementation = {
  GetSchema: (_: unknown, answer: Answer) =>
    answer(null, {
      provider: schemaOf(SCHEMA.provider),
      resource_schemas: mapOf(SCHEMA.resource, schemaOf),
      data_source_schemas: mapOf(SCHEMA.data, schemaOf),
    }),
  PrepareProviderConfig: ({ request }: Call<{ config: Dynamic }>, answer: Answer) =>
    answer(null, { prepared_config: request.config }),
  ValidateResourceTypeConfig: (_: unknown, answer: Answer) => answer(null, {}),
  ValidateDataSourceConfig: (_: unknown, answer: Answer) => answer(null, {}),
  Configure: (_: unknown, answer: Answer) => answer(null, {}),
  PlanResourceChange: ({ request }: Call<Change>, answer: Answer) => {
    const proposed = decode(request.proposed_new_state.msgpack) as Fields | null;
    const isNew = decode(request.prior_state.msgpack) === null;
    const block = SCHEMA.resource[request.type_name];
    answer(null, { planned_state: pack(proposed && isNew && block ? leaveOpen(proposed, block) : proposed) });
  },
  ApplyResourceChange: ({ request }: Call<{ type_name: string; planned_state: Dynamic }>, answer: Answer) => {
    const planned = decode(request.planned_state.msgpack) as Fields | null;
    const block = SCHEMA.resource[request.type_name];
    answer(null, { new_state: pack(planned && block ? settle(request.type_name, planned, block) : planned) });
  },
  UpgradeResourceState: ({ request }: Call<{ raw_state: { json: Uint8Array } }>, answer: Answer) =>
    answer(null, { upgraded_state: { json: request.raw_state.json } }),
  ReadResource: ({ request }: Call<{ current_state: Dynamic }>, answer: Answer) =>
    answer(null, { new_state: request.current_state }),
  ReadDataSource: ({ request }: Call<{ type_name: string; config: Dynamic }>, answer: Answer) =>
    answer(null, { state: pack({ ...(decode(request.config.msgpack) as Fields), ...DATA[request.type_name] }) }),
  Stop: (_: unknown, answer: Answer) => answer(null, {}),
};

const pack = (value: unknown): Dynamic => ({ msgpack: encode(value) });
/** Terraform's own mark of a value that is known after apply: extension 0. */
const UNKNOWN = new ExtData(0, new Uint8Array([0]));

/** Whatever the provider says, at any depth, is known after apply. */
function leaveOpen(value: Fields, { attributes, blocks }: BlockSchema): Fields {
  const planned = { ...value };
  for (const [name, { computed, defaulted }] of Object.entries(attributes))
    if ((computed || defaulted) && planned[name] === null) planned[name] = UNKNOWN;
  for (const [name, block] of Object.entries(blocks)) {
    const nested = planned[name];
    if (Array.isArray(nested)) planned[name] = nested.map((one) => leaveOpen(one as Fields, block));
  }
  return planned;
}

/** What Google would say once it is made: names that can be told apart, in the form that Google gives them where it matters. */
function settle(type: string, value: Fields, { attributes, blocks }: BlockSchema): Fields {
  const made = { ...value };
  const own = value.account_id ?? value.role_id ?? value.name ?? value.repository_id ?? value.dataset_id ?? 'one';
  const email = `${own}@made.iam.gserviceaccount.com`;
  const texts: Record<string, string> = {
    email,
    member: `serviceAccount:${email}`,
    writer_identity: 'serviceAccount:sink@made.iam.gserviceaccount.com',
  };
  for (const [name, { type: kind }] of Object.entries(attributes)) {
    if (!(made[name] instanceof ExtData)) continue;
    if (kind === 'string') made[name] = texts[name] ?? `${type}/${own}${name === 'id' ? '' : `/${name}`}`;
    else made[name] = kind === 'number' ? 1 : kind === 'bool' ? false : null;
  }
  for (const [name, block] of Object.entries(blocks)) {
    const nested = made[name];
    if (Array.isArray(nested)) made[name] = nested.map((one) => settle(type, one as Fields, block));
  }
  return made;
}

function schemaOf(block: BlockSchema): object {
  return { version: 0, block: blockOf(block) };
}

const LIST = 2;
const SINGLE = 1;

function blockOf({ attributes, blocks }: BlockSchema): object {
  return {
    attributes: Object.entries(attributes).map(([name, { type, required, computed, defaulted }]) => ({
      name,
      type: Buffer.from(JSON.stringify(ctyOf(type))),
      required: required === true,
      optional: !required && !computed,
      computed: computed === true || defaulted === true,
    })),
    block_types: Object.entries(blocks).map(([type_name, block]) => {
      // Timeouts are the one block that the provider does not keep as a list.
      const single = type_name === 'timeouts';
      return {
        type_name,
        block: blockOf(block),
        nesting: single ? SINGLE : LIST,
        min_items: block.required ? 1 : 0,
        max_items: single || block.many ? 0 : 1,
      };
    }),
  };
}

/** `list(string)` → `["list", "string"]`, as Terraform writes types in JSON. */
function ctyOf(type: string): unknown {
  const [, outer, element] = /^(\w+)\((\w+)\)$/.exec(type) ?? [];
  if (outer) return [outer, ctyOf(element ?? '')];
  return type === 'any' ? 'dynamic' : type;
}

const mapOf = <In, Out>(record: Record<string, In>, change: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
