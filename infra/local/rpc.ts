import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { Metadata, Server, ServerCredentials, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON, type Options } from '@grpc/proto-loader';
import type { FastifyInstance } from 'fastify';
import { fromProto3JSON, toProto3JSON } from 'proto3-json-serializer';
import protobuf from 'protobufjs';
import { ApiError, RPC_CODES } from './api-error.ts';
import { toApiError } from './http.ts';

/**
 * Google's gRPC services, each served twice from one table of handlers: as gRPC, and as REST by the `google.api.http`
 * rules that its protos carry. Handlers see plain objects: field names in camelCase, 64-bit numbers and enums as strings,
 * defaults filled in, bytes as Buffers.
 */
export interface RpcService {
  /** Full name, such as `google.cloud.tasks.v2.CloudTasks`. */
  name: string;
  /** Package that ships `build/protos/protos.json`, such as `@google-cloud/tasks`. */
  protosFrom: string;
  methods: Record<string, (request: never) => object | Promise<object>>;
  /** Bidirectional streams, served over gRPC only (REST has none). */
  streams?: Record<string, (call: ServerDuplexStream<never, object>) => void>;
}

const OBJECT_OPTIONS: Options = { longs: String, enums: String, defaults: true, oneofs: true, keepCase: false };
/** Pub/Sub takes requests of 10 MB, the largest of the services served here. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

function readProtos(service: RpcService): protobuf.INamespace {
  // By path: some of the packages do not export the file.
  const manifest = findPackageJSON(service.protosFrom, import.meta.url);
  if (manifest === undefined) throw new Error(`${service.protosFrom} is not installed`);
  return JSON.parse(readFileSync(join(dirname(manifest), 'build/protos/protos.json'), 'utf8'));
}

type UnaryCallback = (error: object | null, response?: object) => void;

export async function serveGrpc(
  services: readonly RpcService[],
  port: number,
): Promise<{ port: number; close(): void }> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  for (const service of services) {
    const definition = fromJSON(readProtos(service), OBJECT_OPTIONS)[service.name] as ServiceDefinition | undefined;
    if (!definition) throw new Error(`${service.protosFrom} has no service ${service.name}`);
    const implementation: Record<string, unknown> = {};
    for (const [name, handler] of Object.entries(service.methods)) {
      implementation[name] = (call: { request: never }, callback: UnaryCallback) => {
        Promise.resolve()
          .then(() => handler(call.request))
          .then((response) => callback(null, response))
          .catch((raw) => callback(grpcError(raw)));
      };
    }
    for (const [name, stream] of Object.entries(service.streams ?? {})) implementation[name] = stream;
    server.addService(definition, implementation as never);
  }
  const taken = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port: taken, close: () => server.forceShutdown() };
}

export function grpcError(raw: unknown): { code: number; details: string; metadata: Metadata } {
  const error = toApiError(raw);
  if (error.code === 'INTERNAL') console.error(raw);
  return { code: RPC_CODES[error.code][0], details: error.message, metadata: new Metadata() };
}

interface HttpRule {
  get?: string;
  put?: string;
  post?: string;
  delete?: string;
  patch?: string;
  body?: string;
  additional_bindings?: HttpRule | HttpRule[];
}

interface Binding {
  verb: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  pattern: RegExp;
  fields: string[];
  body: string | undefined;
  request: protobuf.Type;
  response: protobuf.Type;
  handler: (request: never) => object | Promise<object>;
}

/** Adds every REST binding of the services to `app`, which must parse JSON bodies. */
export function serveRest(app: FastifyInstance, services: readonly RpcService[]): void {
  const bindings = services.flatMap(bindingsOf);
  app.all('/*', async (request, reply) => {
    const url = new URL(request.url, 'http://local');
    for (const binding of bindings) {
      if (binding.verb !== request.method) continue;
      const match = binding.pattern.exec(url.pathname);
      if (!match) continue;
      const json = requestJson(binding, match, url.searchParams, request.body);
      const response = await binding.handler(decodeJson(binding.request, json) as never);
      const body = toProto3JSON(binding.response.fromObject(response)) ?? {};
      return reply.header('content-type', 'application/json; charset=UTF-8').send(JSON.stringify(body));
    }
    throw new ApiError(
      'NOT_FOUND',
      `${request.method} ${url.pathname} is not an operation that the local cloud supports`,
    );
  });
}

function bindingsOf(service: RpcService): Binding[] {
  const root = protobuf.Root.fromJSON(readProtos(service));
  root.resolveAll();
  const bindings: Binding[] = [];
  for (const [name, handler] of Object.entries(service.methods)) {
    const method = root.lookupService(service.name).methods[name];
    if (!method) throw new Error(`${service.name} has no method ${name}`);
    const parsed: { '(google.api.http)'?: HttpRule }[] = method.parsedOptions ?? [];
    const rule = parsed.find((option) => option['(google.api.http)'])?.['(google.api.http)'];
    if (!rule) continue;
    for (const one of [rule, ...[rule.additional_bindings ?? []].flat()]) {
      for (const verb of ['get', 'put', 'post', 'delete', 'patch'] as const) {
        const template = one[verb];
        if (template === undefined) continue;
        bindings.push({
          verb: verb.toUpperCase() as Binding['verb'],
          ...compileTemplate(template),
          body: one.body,
          request: root.lookupType(method.resolvedRequestType?.fullName ?? method.requestType),
          response: root.lookupType(method.resolvedResponseType?.fullName ?? method.responseType),
          handler,
        });
      }
    }
  }
  return bindings;
}

/** `/v2/{parent=projects/*}/content:inspect` → an anchored pattern and the fields that its groups fill. */
function compileTemplate(template: string): { pattern: RegExp; fields: string[] } {
  const fields: string[] = [];
  const wild = (text: string) =>
    text
      .split(/(\*\*|\*)/)
      .map((part) => (part === '**' ? '.+' : part === '*' ? '[^/:]+' : RegExp.escape(part)))
      .join('');
  const source = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return wild(part);
      const [field = '', shape = '*'] = part.slice(1, -1).split('=');
      fields.push(field);
      return `(${wild(shape)})`;
    })
    .join('');
  return { pattern: new RegExp(`^${source}$`), fields };
}

type Json = Record<string, unknown>;

function requestJson(binding: Binding, match: RegExpExecArray, query: URLSearchParams, body: unknown): Json {
  const json: Json = {};
  if (binding.body === '*') Object.assign(json, body);
  else if (binding.body !== undefined) json[camel(binding.body)] = body ?? {};
  // `$alt=json;enum-encoding=int` and its like are addressed to the front end, not to the method.
  for (const [key, value] of query)
    if (!key.startsWith('$') && key !== 'alt' && key !== 'key' && key !== 'prettyPrint')
      assign(json, key, value, binding.request);
  binding.fields.forEach((field, index) => {
    assign(json, field, decodeURIComponent(match[index + 1] ?? ''), binding.request);
  });
  return json;
}

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function assign(json: Json, path: string, value: string, type: protobuf.Type): void {
  const [head = '', ...rest] = path.split('.').map(camel);
  const field = type.fields[head];
  if (rest.length > 0 && field?.resolve().resolvedType instanceof protobuf.Type) {
    json[head] ??= {};
    assign(json[head] as Json, rest.join('.'), value, field.resolvedType as protobuf.Type);
  } else if (field?.repeated) {
    json[head] = [...((json[head] as unknown[]) ?? []), value];
  } else {
    json[head] = field?.type === 'bool' ? value === 'true' : value;
  }
}

function decodeJson(type: protobuf.Type, json: Json): object {
  let message: protobuf.Message | null;
  try {
    message = fromProto3JSON(type, json as never) as protobuf.Message | null;
  } catch (error) {
    throw new ApiError('INVALID_ARGUMENT', `Invalid JSON payload received. ${(error as Error).message}`);
  }
  if (!message) throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received.');
  return type.toObject(message, OBJECT_OPTIONS as protobuf.IConversionOptions);
}
