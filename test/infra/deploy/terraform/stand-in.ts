import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { decode, ExtData, encode } from '@msgpack/msgpack';
import type { BlockSchema } from '../../../../infra/deploy/schema/extract.ts';
import { SCHEMA } from '../check-schema.ts';

/**
 * A provider of Google's that knows its schema and nothing else. It lets the real `terraform validate` and `terraform plan`
 * run where the provider cannot be downloaded: Terraform itself then finds what does not evaluate, and shows what would be
 * made. What only Google would know stays unknown, or is a fixed value where a plan needs one.
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
  PlanResourceChange: ({ request }: Call<{ type_name: string; proposed_new_state: Dynamic }>, answer: Answer) => {
    const proposed = decode(request.proposed_new_state.msgpack) as Fields | null;
    const block = SCHEMA.resource[request.type_name];
    answer(null, { planned_state: pack(proposed && block ? leaveOpen(proposed, block) : proposed) });
  },
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
