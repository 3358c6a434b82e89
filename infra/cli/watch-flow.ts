import type { SluiceEvent } from '../../functions/model/event.ts';
import type { Reason } from '../../functions/model/run.ts';
import { describeReason, shortId } from './describe-run.ts';
import { dataFlag, type Endpoints } from './endpoints.ts';
import { createJobMessages } from './job-messages.ts';
import { paint } from './output.ts';
import { type Message, pullMessages } from './pull-messages.ts';
import { formatBytes, formatCounted } from './quantities.ts';

type Style = Parameters<typeof paint>[0];

/** One line of what flows through a pipeline. */
interface Happening {
  what: string;
  style: Style;
  subject: string;
  detail: string;
}

/** Tells of files that arrive, of what becomes of them and of what is built, as it happens, a line each. */
export async function watchFlow(
  endpoints: Endpoints,
  data: string,
  tell: (line: string) => void,
): Promise<{ stop(): Promise<void> }> {
  const told = new Set<string>();
  const explain = createJobMessages(endpoints);
  const say = async (happening: Happening | undefined): Promise<void> => {
    if (happening) tell(renderHappening({ ...happening, detail: await explain(happening.detail) }));
  };
  const arrivals = pullMessages(endpoints, endpoints.topics.arrivals, (message) => void say(ofArrival(message)));
  const events = pullMessages(endpoints, endpoints.topics.events, ({ data: text }) => {
    const event = JSON.parse(text) as SluiceEvent;
    // Events come at least once.
    if (told.has(event.id)) return;
    told.add(event.id);
    void say(ofEvent(event, data));
  });
  await Promise.all([arrivals.ready, events.ready]);
  return {
    async stop() {
      await Promise.all([arrivals.stop(), events.stop()]);
    },
  };
}

function renderHappening({ what, style, subject, detail }: Happening): string {
  const time = paint('dim', new Date().toTimeString().slice(0, 8));
  return `${time}  ${paint(style, what.padEnd(11))}  ${subject}${detail && `  ${detail}`}`;
}

function ofArrival({ attributes, data }: Message): Happening | undefined {
  if (attributes.eventType !== 'OBJECT_FINALIZE') return undefined;
  const { size } = JSON.parse(data || '{}') as { size?: string };
  return {
    what: 'arrived',
    style: 'cyan',
    subject: attributes.objectId ?? '',
    detail: size === undefined ? '' : formatBytes(Number(size)),
  };
}

function ofEvent({ type, subject, run = '', detail }: SluiceEvent, data: string): Happening | undefined {
  const object = typeof detail.object === 'string' ? detail.object : '';
  const count = (name: string): number => Number(detail[name] ?? 0);
  switch (type) {
    case 'run.loaded': {
      const rejects = count('rejects') > 0 ? `, ${formatCounted(count('rejects'), 'reject')}` : '';
      const rows = `${formatCounted(count('rows'), 'row')}${rejects}`;
      return { what: 'loaded', style: 'green', subject, detail: `${rows} from ${object} (run ${shortId(run)})` };
    }
    case 'run.quarantined': {
      const [reason] = (detail.reasons ?? []) as Reason[];
      const why = reason ? describeReason(reason) : 'no reason was given';
      const more = `npx sluice show ${shortId(run)}${dataFlag(data)}`;
      return { what: 'quarantined', style: 'red', subject: object, detail: `${why}; ${more}` };
    }
    case 'run.superseded':
      return { what: 'superseded', style: 'yellow', subject: object, detail: 'a newer file takes its place' };
    case 'run.vanished':
      return { what: 'vanished', style: 'yellow', subject: object, detail: 'deleted before it was read' };
    case 'transform.done':
      return {
        what: 'built',
        style: 'green',
        subject,
        detail: detail.rows === undefined ? '' : formatCounted(count('rows'), 'row'),
      };
    case 'transform.failed':
      return { what: 'not built', style: 'red', subject, detail: String(detail.message ?? '') };
    case 'freshness.missed':
      return { what: 'late', style: 'yellow', subject, detail: `expected by ${String(detail.deadline)}` };
    case 'privacy.finding': {
      const where = `${String(detail.infoType)} in column ${String(detail.column)}`;
      return {
        what: 'found',
        style: 'red',
        subject,
        detail: `${where}, ${formatCounted(count('rows'), 'row')} of a sample`,
      };
    }
    case 'privacy.reidentified': {
      const outcome = String(detail.outcome);
      const what = outcome === 'answered' ? formatCounted(count('values'), 'clear value') : outcome;
      return { what: 're-identified', style: 'yellow', subject, detail: `${what} for ${String(detail.who)}` };
    }
    case 'privacy.forgotten': {
      const outcome = String(detail.outcome);
      const rows = outcome === 'begun' ? '' : `, ${formatCounted(count('tableRows'), 'row')} of its tables`;
      return { what: 'forgetting', style: 'yellow', subject, detail: `${outcome}${rows}, for ${String(detail.who)}` };
    }
    // The lines above have told of these.
    case 'run.rejects':
    case 'build.done':
    case 'sweep.done':
      return undefined;
  }
}
