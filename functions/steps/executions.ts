import { type Execution, type ExecutionDone, executionsPrefix } from '../model/build.ts';
import type { Ports } from '../ports.ts';
import { createNumberedLog, type NumberedLog } from './numbered.ts';

export const executionsOf = (
  ports: Pick<Ports, 'objects' | 'buckets'>,
  transform: string,
): NumberedLog<Execution, ExecutionDone> =>
  createNumberedLog<Execution, ExecutionDone>(ports.objects, ports.buckets.state, executionsPrefix(transform));

/** The newest execution that built the transform, with how it ended. */
export async function builtExecution(
  ports: Ports,
  transform: string,
  newest: number | undefined,
): Promise<{ execution: Execution; done: ExecutionDone } | undefined> {
  if (newest === undefined) return undefined;
  const log = executionsOf(ports, transform);
  const built = (await log.done(newest))?.built;
  if (built === undefined) return undefined;
  const [execution, done] = await Promise.all([log.record(built), log.done(built)]);
  return execution && done ? { execution, done } : undefined;
}
