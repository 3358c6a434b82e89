import { type Handler, readBody, retriesOf } from './http.ts';
import type { Ports } from './ports.ts';
import { runTransform } from './steps/transform.ts';

/** One transform of a build is carried out, or found unchanged. */
export const createTransform =
  (ports: Ports): Handler =>
  async (request) => {
    const body = readBody(request);
    await runTransform(ports, {
      build: body.text('build'),
      transform: body.text('transform'),
      retries: retriesOf(request),
    });
    return undefined;
  };
