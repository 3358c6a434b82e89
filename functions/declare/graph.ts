import { compare } from './problem.ts';

/** A transform and the transforms that it reads. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Each after its inputs, and by name where the inputs leave a choice; what stands in a cycle or behind one is left out. */
export function topologicalOrder(graph: Graph): string[] {
  const waiting = new Map([...graph].sort(([a], [b]) => compare(a, b)));
  const order: string[] = [];
  for (let ready = next(); ready !== undefined; ready = next()) {
    waiting.delete(ready);
    order.push(ready);
  }
  return order;

  function next(): string | undefined {
    for (const [id, inputs] of waiting) if (!inputs.some((input) => waiting.has(input))) return id;
    return undefined;
  }
}

/** One path a cycle, from its first name round to it again; two cycles through one transform may show as one. */
export function findCycles(graph: Graph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (id: string, path: string[]): void => {
    const start = path.indexOf(id);
    if (start !== -1) {
      cycles.push(rotate(path.slice(start)));
      return;
    }
    if (done.has(id)) return;
    for (const input of graph.get(id) ?? []) if (graph.has(input)) walk(input, [...path, id]);
    done.add(id);
  };
  for (const id of [...graph.keys()].sort(compare)) walk(id, []);
  return cycles;
}

function rotate(cycle: readonly string[]): string[] {
  const first = [...cycle].sort(compare)[0] ?? '';
  const at = cycle.indexOf(first);
  return [...cycle.slice(at), ...cycle.slice(0, at), first];
}
