import { ApiError } from '../api-error.ts';
import { fieldBytes, mapBytes, textBytes } from '../wire-size.ts';

/** What a publisher hands over. */
export interface NewMessage {
  data: Uint8Array;
  attributes: Record<string, string>;
  orderingKey?: string;
}

export interface Message {
  /** The publish time in microseconds, made unique; as a decimal string it is the message id. */
  id: number;
  data: Uint8Array;
  attributes: Record<string, string>;
  orderingKey: string;
}

// Source of the limits: cloud.google.com/pubsub/quotas, resource limits.
const MAX_MESSAGES = 1_000;
const MAX_REQUEST_BYTES = 10_000_000;
const MAX_PAYLOAD_BYTES = 10_485_760;
const MAX_ATTRIBUTES = 100;
const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 1_024;
const MAX_ORDERING_KEY_BYTES = 1_024;

/** Throws INVALID_ARGUMENT for what the service would not take; the first three wordings are its own. */
export function checkMessages(topic: string, messages: readonly NewMessage[]): void {
  if (messages.length === 0) throw tooSmall('message_count', 0, 1);
  if (messages.length > MAX_MESSAGES) throw tooLarge('message_count', messages.length, MAX_MESSAGES);
  const size = messages.reduce((sum, message) => sum + fieldBytes(wireBytes(message)), textBytes(topic));
  if (size > MAX_PAYLOAD_BYTES) throw invalid(`Request payload size exceeds the limit: ${MAX_PAYLOAD_BYTES} bytes.`);
  if (size > MAX_REQUEST_BYTES) throw tooLarge('request_size', size, MAX_REQUEST_BYTES);
  const orderingKey = messages[0]?.orderingKey ?? '';
  for (const message of messages) {
    checkMessage(message);
    if ((message.orderingKey ?? '') !== orderingKey)
      throw invalid('All messages of a publish request must have the same ordering key.');
  }
}

function checkMessage({ data, attributes, orderingKey = '' }: NewMessage): void {
  const keys = Object.keys(attributes);
  if (data.length === 0 && keys.length === 0)
    throw invalid(
      'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
    );
  if (keys.length > MAX_ATTRIBUTES) throw tooLarge('attribute_count', keys.length, MAX_ATTRIBUTES);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === '' || key.startsWith('goog'))
      throw invalid(`Invalid attribute key given (key=${key}): it must not be empty, nor begin with "goog".`);
    if (Buffer.byteLength(key) > MAX_KEY_BYTES)
      throw tooLarge('attribute_key_size', Buffer.byteLength(key), MAX_KEY_BYTES);
    if (Buffer.byteLength(value) > MAX_VALUE_BYTES)
      throw tooLarge('attribute_value_size', Buffer.byteLength(value), MAX_VALUE_BYTES);
  }
  if (Buffer.byteLength(orderingKey) > MAX_ORDERING_KEY_BYTES)
    throw tooLarge('ordering_key_size', Buffer.byteLength(orderingKey), MAX_ORDERING_KEY_BYTES);
}

const wireBytes = ({ data, attributes, orderingKey = '' }: NewMessage): number =>
  (data.length > 0 ? fieldBytes(data.length) : 0) + mapBytes(attributes) + textBytes(orderingKey);

/** "A minimum of 1000 bytes per publish, push or pull request is assessed". Source: cloud.google.com/pubsub/pricing. */
const MIN_REQUEST_BYTES = 1_000;
const TIMESTAMP_BYTES = 20;

/** What a message weighs on the bill: body, attributes, 20 bytes for the timestamp, and its id. */
export function billedBytes(message: Message): number {
  let bytes = message.data.length + TIMESTAMP_BYTES + String(message.id).length;
  for (const [key, value] of Object.entries(message.attributes))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}

export const billedRequest = (messages: readonly Message[]): number =>
  Math.max(
    MIN_REQUEST_BYTES,
    messages.reduce((sum, message) => sum + billedBytes(message), 0),
  );

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
const tooLarge = (what: string, value: number, max: number) =>
  invalid(`The value for ${what} is too large. You passed ${value} in the request, but the maximum value is ${max}.`);
const tooSmall = (what: string, value: number, min: number) =>
  invalid(`The value for ${what} is too small. You passed ${value} in the request, but the minimum value is ${min}.`);
