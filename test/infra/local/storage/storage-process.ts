/**
 * Cloud Storage alone in a process of its own, to be killed: `node storage-process.ts DIR works|fails`. What it publishes goes
 * into a table of its state, as Pub/Sub's messages do; `fails` refuses every message. Prints its URL once it listens.
 */
import { createHttp, listen } from '../../../../infra/local/http.ts';
import { createMeter } from '../../../../infra/local/meter.ts';
import { openState } from '../../../../infra/local/state.ts';
import { createStorage } from '../../../../infra/local/storage/storage.ts';

const [dir = '', publishing] = process.argv.slice(2);
const state = openState(dir);
state.migrate('published', ['CREATE TABLE published (name TEXT NOT NULL, generation TEXT NOT NULL) STRICT']);
const insert = state.db.prepare('INSERT INTO published VALUES (?, ?)');

const context = { dir, project: 'p', location: 'US', state, meter: createMeter(state), seed: undefined };
const storage = createStorage(context, {
  publish(_topic, { attributes }) {
    if (publishing === 'fails') throw new Error('Pub/Sub is away');
    const { objectId = '', objectGeneration = '' } = attributes;
    return String(insert.run(objectId, objectGeneration).lastInsertRowid);
  },
});
const app = createHttp({ bodies: 'raw' });
storage.routes(app);
const port = await listen(app, 0);
storage.start();
console.log(`http://127.0.0.1:${port}`);
