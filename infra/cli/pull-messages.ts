import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoints } from './endpoints.ts';
import { callJson } from './http-json.ts';

export interface Message {
  attributes: Readonly<Record<string, string>>;
  data: string;
}

const BATCH = 100;
const PAUSE_MS = 500;

/**
 * Hears of every message that the topic gets from now on, through a subscription of its own. A pull waits until there is
 * something, so listening costs next to nothing; polling the ledger would show up in the bill.
 */
export function pullMessages(
  { pubsub, project }: Pick<Endpoints, 'pubsub' | 'project'>,
  topic: string,
  onMessage: (message: Message) => void,
): { ready: Promise<void>; stop(): Promise<void> } {
  const abort = new AbortController();
  const url = `${pubsub.rest}/v1/projects/${project}/subscriptions/watch-${topic.split('/').at(-1)}`;
  const ready = begin();
  const ended = ready.then(listen, () => {});

  async function begin(): Promise<void> {
    // An earlier listener that was killed has left its own behind, with what nobody listened to.
    await callJson('DELETE', url, undefined, { allow: [404] });
    await callJson('PUT', url, { topic, ackDeadlineSeconds: 60 });
  }

  async function listen(): Promise<void> {
    while (!abort.signal.aborted) {
      try {
        await pull();
      } catch {
        // The local cloud starts again, or this is the end.
        await sleep(PAUSE_MS, undefined, { signal: abort.signal }).catch(() => {});
      }
    }
  }

  async function pull(): Promise<void> {
    const answer = await callJson<{ receivedMessages?: { ackId: string; message: Partial<Message> }[] }>(
      'POST',
      `${url}:pull`,
      { maxMessages: BATCH },
      { signal: abort.signal },
    );
    const received = answer?.receivedMessages ?? [];
    if (received.length === 0) return;
    await callJson('POST', `${url}:acknowledge`, { ackIds: received.map(({ ackId }) => ackId) });
    for (const { message } of received) {
      const data = Buffer.from(message.data ?? '', 'base64').toString('utf8');
      onMessage({ attributes: message.attributes ?? {}, data });
    }
  }

  return {
    ready,
    async stop() {
      abort.abort();
      await ended;
      await callJson('DELETE', url).catch(() => {});
    },
  };
}
