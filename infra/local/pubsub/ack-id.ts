import { ApiError } from '../api-error.ts';

/** Names one delivery of one message. */
export interface AckId {
  message: number;
  attempt: number;
}

export const renderAckId = ({ message, attempt }: AckId): string =>
  Buffer.from(`${message}:${attempt}`).toString('base64url');

export function parseAckId(text: string): AckId {
  const [, message, attempt] = /^(\d{1,16}):(\d{1,9})$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (message === undefined || attempt === undefined)
    throw new ApiError('INVALID_ARGUMENT', `You have passed an invalid ack ID to the service (ack_id=${text}).`);
  return { message: Number(message), attempt: Number(attempt) };
}
