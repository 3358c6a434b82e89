import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../api-error.ts';
import type { Engine } from '../jobs/engine.ts';
import { renderJob } from '../jobs/render-job.ts';
import type { Runner } from '../jobs/runner.ts';
import { selfLinkOf, startJob } from './jobs.ts';
import { answer, type Query } from './request.ts';

type Body = Parameters<typeof startJob>[3];
type Request = FastifyRequest<{ Params: { project: string }; Querystring: Query; Body: Readable }>;

interface Session {
  project: string;
  body: Body;
  path: string;
  received: number;
}

/** The job's own description stands before the file; it is small. */
const MAX_HEAD = 1024 * 1024;

/** Load jobs whose file comes with the request: `uploadType` media, multipart or resumable. */
export function uploadRoutes(
  app: FastifyInstance,
  engine: Engine,
  runner: Runner,
  dir: string,
  base: () => string,
): void {
  const uploads = join(dir, 'uploads');
  const sessions = new Map<string, Session>();
  const root = '/upload/bigquery/v2/projects/:project/jobs';
  const spool = () => join(uploads, randomUUID());

  async function start(project: string, body: Body, path: string): Promise<object> {
    if (!body?.configuration?.load) {
      await rm(path, { force: true });
      throw new ApiError('INVALID_ARGUMENT', 'Only load jobs take an upload');
    }
    const job = await startJob(engine, runner, project, body, path);
    return renderJob(job, selfLinkOf(job, base()));
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

    scope.post(root, (request: Request, reply) =>
      answer(async () => {
        const { query, params, headers } = request;
        switch (query.uploadType) {
          case 'multipart': {
            const whole = spool();
            await pipeline(request.body, createWriteStream(whole));
            const { body, path } = await splitMultipart(whole, headers['content-type'] ?? '');
            return start(params.project, body, path);
          }
          case 'resumable': {
            const id = randomUUID();
            const body = JSON.parse((await readAll(request.body)) || '{}') as Body;
            sessions.set(id, { project: params.project, body, path: spool(), received: 0 });
            const location = `http://${headers.host}/upload/bigquery/v2/projects/${encodeURIComponent(params.project)}/jobs?uploadType=resumable&upload_id=${id}`;
            return reply.header('location', location).header('x-guploader-uploadid', id).code(200).send('');
          }
          default:
            throw new ApiError(
              'INVALID_ARGUMENT',
              `Invalid uploadType: ${query.uploadType}; a load job comes as multipart or resumable, because its configuration must come too`,
            );
        }
      }),
    );

    scope.put(root, (request: Request, reply) => answer(() => resume(request, reply)));
  });

  async function resume(request: Request, reply: FastifyReply): Promise<unknown> {
    const id = request.query.upload_id ?? '';
    const session = sessions.get(id);
    if (!session) throw new ApiError('NOT_FOUND', `Upload ${id} was not found`);
    const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(
      String(request.headers['content-range'] ?? 'bytes 0-0/*'),
    );
    const hasRange = request.headers['content-range'] !== undefined;
    const total = hasRange ? range?.[3] : undefined;
    const from = hasRange && range?.[1] !== undefined ? Number(range[1]) : undefined;
    if (!hasRange || from !== undefined) {
      if (from !== undefined && from > session.received)
        throw new ApiError(
          'INVALID_ARGUMENT',
          `Upload ${id} has ${session.received} bytes; the chunk begins at ${from}`,
        );
      const start = from ?? 0;
      await pipeline(
        request.body,
        createWriteStream(session.path, { flags: session.received > 0 ? 'r+' : 'w', start }),
      );
      session.received = statSync(session.path).size;
    } else if (request.body) request.body.resume();
    const complete = !hasRange || (total !== undefined && total !== '*' && session.received >= Number(total));
    if (!complete) {
      if (session.received > 0) reply.header('range', `bytes=0-${session.received - 1}`);
      return reply.code(308).send('');
    }
    if (session.received === 0) await (await open(session.path, 'a')).close();
    sessions.delete(id);
    return start(session.project, session.body, session.path);
  }
}

async function readAll(stream: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** `multipart/related`: the job as JSON, then the file. The spooled body becomes the file alone. */
async function splitMultipart(whole: string, contentType: string): Promise<{ body: Body; path: string }> {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined)
    throw new ApiError('INVALID_ARGUMENT', 'A multipart upload needs a boundary in its content-type');
  const size = statSync(whole).size;
  const handle = await open(whole, 'r');
  let text: string;
  let begin: number;
  let end: number;
  try {
    const head = Buffer.alloc(Math.min(MAX_HEAD, size));
    await handle.read(head, 0, head.length, 0);
    const tail = Buffer.alloc(Math.min(1024, size));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const jsonStart = head.indexOf('\r\n\r\n') + 4;
    const second = head.indexOf(`\r\n--${boundary}`, jsonStart);
    const headers = head.indexOf('\r\n\r\n', second + 2);
    const close = tail.lastIndexOf(`--${boundary}--`);
    if (jsonStart < 4 || second < 0 || headers < 0 || close < 0)
      throw new ApiError('INVALID_ARGUMENT', 'The multipart upload must hold the job as JSON and the file');
    text = head.subarray(jsonStart, second).toString('utf8');
    begin = headers + 4;
    end = size - tail.length + close;
    // The line end before the closing boundary is not the file's; some clients leave it out.
    if (tail.subarray(Math.max(0, close - 2), close).toString() === '\r\n') end -= 2;
  } finally {
    await handle.close();
  }
  const path = `${whole}.part`;
  if (end > begin) await pipeline(createReadStream(whole, { start: begin, end: end - 1 }), createWriteStream(path));
  else await (await open(path, 'w')).close();
  await rename(path, whole);
  return { body: JSON.parse(text) as Body, path: whole };
}
