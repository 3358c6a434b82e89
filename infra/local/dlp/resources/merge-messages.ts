type Message = Record<string, unknown>;

/**
 * A template's configuration with a request's merged into it: "Singular fields replace, repeated fields are appended, singular
 * sub-messages and groups are recursively merged" (InspectContentRequest.inspect_template_name in dlp.proto). Messages are as
 * the kit decodes them: what was not set is null or a default, and a oneof's name holds the name of the field that is set.
 */
export function mergeMessages<T extends object>(
  template: T | null | undefined,
  request: T | null | undefined,
): T | null {
  if (!template) return request ?? null;
  if (!request) return template;
  const merged: Message = { ...(template as Message) };
  for (const [name, value] of Object.entries(request as Message)) {
    if (!isSet(request as Message, name, value)) continue;
    // The request chose another field of a oneof: the template's is gone.
    const chosen = typeof value === 'string' && Object.hasOwn(request, value) ? merged[name] : undefined;
    if (typeof chosen === 'string' && chosen !== value) delete merged[chosen];
    if (Array.isArray(value)) merged[name] = [...((merged[name] as unknown[] | undefined) ?? []), ...value];
    else if (isMessage(value) && isMessage(merged[name])) merged[name] = mergeMessages(merged[name], value);
    else merged[name] = value;
  }
  return merged as T;
}

/** A scalar at its default was not set, unless a oneof says so. */
function isSet(message: Message, name: string, value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (Object.values(message).includes(name)) return true;
  if (value instanceof Uint8Array) return value.length > 0;
  return (
    value !== '' &&
    value !== 0 &&
    value !== '0' &&
    value !== false &&
    !(typeof value === 'string' && value.endsWith('_UNSPECIFIED'))
  );
}

function isMessage(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
