import { retryable } from '../../functions/errors.ts';
import type { ObjectStore } from '../../functions/ports.ts';

/**
 * What may go wrong at one call of a function to the world.
 * `crash-before`, `crash-after`: the instance dies, the call not made or made. `lost`: the call is made and its answer
 * lost. `refused`: the service fails and nothing is done. `twice`: the call is made twice.
 */
export const MODES = ['crash-before', 'crash-after', 'lost', 'refused', 'twice'] as const;
export type Mode = (typeof MODES)[number];

export interface Fault {
  /** As `signatureOf` writes it. */
  call: string;
  mode: Mode;
}

/** The instance is gone: nothing it does from here on reaches the world. */
export class Crashed extends Error {}

/** One request of one instance; it may die in the middle. */
export interface Instance {
  dead: boolean;
}

export interface Injector {
  /** Calls seen so far, with how often. */
  seen: Map<string, number>;
  /** Faults that have struck. */
  struck: Fault[];
  /** The next call of this signature is struck, once. */
  arm(fault: Fault | undefined): void;
  wrap<Port extends object>(name: string, port: Port, instance: Instance): Port;
}

export function createInjector(): Injector {
  const seen = new Map<string, number>();
  const struck: Fault[] = [];
  let armed: Fault | undefined;

  function take(call: string): Mode | undefined {
    seen.set(call, (seen.get(call) ?? 0) + 1);
    if (armed?.call !== call) return undefined;
    const { mode } = armed;
    struck.push(armed);
    armed = undefined;
    return mode;
  }

  async function strike<T>(mode: Mode | undefined, instance: Instance, call: () => Promise<T>): Promise<T> {
    if (instance.dead) throw new Crashed();
    switch (mode) {
      case undefined:
        return call();
      case 'crash-before':
        instance.dead = true;
        throw new Crashed();
      case 'crash-after':
        await call();
        instance.dead = true;
        throw new Crashed();
      case 'lost':
        await call();
        throw retryable('UNEXPECTED', 'the answer was lost (injected)');
      case 'refused':
        throw retryable('UNEXPECTED', 'the service failed (injected)');
      case 'twice':
        await call();
        return call();
    }
  }

  return {
    seen,
    struck,
    arm(fault) {
      armed = fault;
    },
    wrap(name, port, instance) {
      return new Proxy(port, {
        get(target, property) {
          const member = Reflect.get(target, property) as unknown;
          if (typeof member !== 'function') return member;
          const method = String(property);
          if (method === 'list' || method === 'versions')
            return listing(member.bind(target) as ObjectStore['list'], `${name}.${method}`, take, instance);
          return (...args: unknown[]) =>
            strike(take(signatureOf(name, method, args)), instance, () =>
              (member as (...all: unknown[]) => Promise<unknown>).apply(target, args),
            );
        },
      });
    },
  };
}

/** A listing is struck before its first page. */
function listing(
  list: ObjectStore['list'],
  call: string,
  take: (call: string) => Mode | undefined,
  instance: Instance,
): ObjectStore['list'] {
  return async function* (bucket, prefix, options) {
    const mode = take(`${call} ${shape(`${bucket} ${prefix}`)}`);
    if (instance.dead) throw new Crashed();
    if (mode?.startsWith('crash')) {
      instance.dead = true;
      throw new Crashed();
    }
    if (mode === 'lost' || mode === 'refused') throw retryable('UNEXPECTED', 'the listing failed (injected)');
    yield* list(bucket, prefix, options);
  };
}

/** A call without what differs from file to file, so that the same step is recognised in another run. */
export function signatureOf(port: string, method: string, args: readonly unknown[]): string {
  const text = args.map((argument) => (typeof argument === 'string' ? argument : nameIn(argument))).join(' ');
  return `${port}.${method} ${shape(text)}`;
}

function nameIn(argument: unknown): string {
  const { name, function: target, type, bucket } = (argument ?? {}) as Record<string, unknown>;
  return [target, type, bucket, name].filter((part) => typeof part === 'string').join(' ');
}

const shape = (text: string): string =>
  text
    .replace(/\{.*/s, '')
    .replace(/[0-9a-f]{20}/g, '<id>')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<unique>')
    .replace(/\d{5,}/g, '<n>')
    .replace(/-\d+-<id>/g, '-<n>-<id>')
    .replace(/(built_flow__\w+?)_\d+/g, '$1_<n>')
    .replace(/(staged_flow__\w+?)_\d+|(keys_flow__\w+?)_\d+/g, '$1$2_<n>')
    .replace(/trial-\d+/g, 'trial')
    .trim()
    .slice(0, 120);
