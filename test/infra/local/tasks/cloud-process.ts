import { createDeliveries } from '../../../../infra/local/delivery.ts';
import { createIdentity } from '../../../../infra/local/identity.ts';
import { createMeter } from '../../../../infra/local/meter.ts';
import { createPubSub } from '../../../../infra/local/pubsub/pubsub.ts';
import { serveGrpc } from '../../../../infra/local/rpc.ts';
import { openState } from '../../../../infra/local/state.ts';
import { createTasks } from '../../../../infra/local/tasks/tasks.ts';

// A process of its own with Pub/Sub and Cloud Tasks, for a test to kill: `node cloud-process.ts DIR` prints its port.
const dir = process.argv[2];
if (dir === undefined) throw new Error('usage: cloud-process.ts DIR');
const state = openState(dir);
const context = { dir, project: 'test', location: 'US', state, meter: createMeter(state), seed: undefined };
const deliveries = createDeliveries(context, { identity: createIdentity(context) });
const pubsub = createPubSub(context, { deliveries });
const tasks = createTasks(context, { deliveries });
const { port } = await serveGrpc([...pubsub.rpc, tasks.rpc], 0);
pubsub.start();
tasks.start();
console.log(port);
