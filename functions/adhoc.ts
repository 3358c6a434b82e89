import { terminal } from './errors.ts';
import { type Body, type Handler, readBody } from './http.ts';
import type { Ports } from './ports.ts';
import { type AdhocRequest, adhoc } from './steps/adhoc.ts';

/** A person's requests: run, replay, nightly, and what the ledger says. */
export const createAdhoc =
  (ports: Ports): Handler =>
  async (request) =>
    adhoc(ports, parseAdhoc(readBody(request)), request.caller);

type Action = AdhocRequest['action'];
type Fields<A extends Action> = Omit<Extract<AdhocRequest, { action: A }>, 'action'>;

/** The fields of each action. Any other is a slip of the pen: what it was to say would be left out in silence. */
const FIELDS: { readonly [A in Action]: (body: Body) => Record<keyof Fields<A>, unknown> } = {
  run: ({ optional }) => ({
    selector: optional.text('selector'),
    from: optional.day('from'),
    to: optional.day('to'),
    fullRefresh: optional.flag('fullRefresh'),
  }),
  nightly: ({ optional }) => ({ date: optional.day('date') }),
  night: (body) => ({ night: body.text('night') }),
  replay: (body) => ({ run: body.text('run'), acceptCost: body.optional.text('acceptCost') }),
  retokenize: (body) => ({ table: body.text('table') }),
  runs: ({ optional }) => ({
    source: optional.text('source'),
    states: optional.texts('states'),
    reasons: optional.flag('reasons'),
  }),
  show: (body) => ({ run: body.text('run') }),
  build: (body) => ({ build: body.text('build') }),
  release: () => ({}),
};

function parseAdhoc(body: Body): AdhocRequest {
  const action = body.text('action');
  if (!Object.hasOwn(FIELDS, action))
    throw terminal(
      'BAD_REQUEST',
      `there is no action ${JSON.stringify(action)}; there are: ${Object.keys(FIELDS).join(', ')}`,
    );
  const fields = FIELDS[action as Action](body);
  const unknown = Object.keys(body.raw).filter((name) => name !== 'action' && !Object.hasOwn(fields, name));
  if (unknown.length > 0)
    throw terminal(
      'BAD_REQUEST',
      `${action} takes ${Object.keys(fields).join(', ') || 'no field'}, not ${unknown.join(', ')}`,
    );
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { action, ...Object.fromEntries(given) } as AdhocRequest;
}
