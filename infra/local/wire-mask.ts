/**
 * A copy of `current` with the fields that a google.protobuf.FieldMask names taken from `change`. Paths are a field or
 * a field of a field, in snake_case (gRPC) or camelCase (REST); `check` throws for one that may not be updated.
 */
export function applyMask<T extends object>(
  current: T,
  change: T,
  paths: readonly string[],
  check: (path: string) => void,
): T {
  const merged = { ...current } as Record<string, unknown>;
  for (const path of paths) {
    const snake = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    check(snake);
    const [field = '', leaf] = snake.split('.').map(camel);
    const from = change[field as keyof T] as Record<string, unknown> | null | undefined;
    merged[field] = leaf === undefined ? from : { ...(merged[field] as object | null), [leaf]: from?.[leaf] };
  }
  return merged as T;
}

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
