import { ApiError } from '../api-error.ts';

const SHAPES = {
  location: /^projects\/[^/]+\/locations\/[^/]+$/,
  ring: /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+$/,
  key: /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/,
};

/** @throws ApiError INVALID_ARGUMENT for a name of another shape. */
export function checkName(shape: keyof typeof SHAPES, name: string, field: string): void {
  if (!SHAPES[shape].test(name)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `${field} must be the name of a ${shape}, but it is ${JSON.stringify(name)}`,
    );
  }
}

/** "It must be unique within a location and match the regular expression [a-zA-Z0-9_-]{1,63}". Source: kms service.proto. */
export function checkId(id: string, field: string): void {
  if (!/^[\w-]{1,63}$/.test(id)) {
    throw new ApiError('INVALID_ARGUMENT', `${field} must match [a-zA-Z0-9_-]{1,63}, but it is ${JSON.stringify(id)}`);
  }
}

/** `…/cryptoKeys/k/cryptoKeyVersions/3` → the key's name and 3; a key's own name has no version. */
export function parseKeyOrVersion(name: string): { key: string; version: number | undefined } {
  const [key = '', version] = name.split('/cryptoKeyVersions/');
  checkName('key', key, 'name');
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `name must end in the number of a version, but it is ${JSON.stringify(name)}`,
    );
  }
  return { key, version: version === undefined ? undefined : Number(version) };
}

/** As `parseKeyOrVersion`, for what concerns one version. */
export function parseVersion(name: string): { key: string; version: number } {
  const { key, version } = parseKeyOrVersion(name);
  if (version === undefined)
    throw new ApiError('INVALID_ARGUMENT', `name must be the name of a key version, but it is ${name}`);
  return { key, version };
}
