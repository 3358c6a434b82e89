import { describe, expect, test } from 'vitest';
import {
  checkPreconditions,
  parseEtagPreconditions,
  parseLong,
  parsePreconditions,
} from '../../../../infra/local/storage/preconditions.ts';
import { renderEtag } from '../../../../infra/local/storage/resource.ts';

const CURRENT = { generation: 7, metageneration: 2 };
const ETAG = renderEtag(7, 2);

function statusOf(work: () => void): number {
  try {
    work();
  } catch (error) {
    return (error as { httpStatus: number }).httpStatus;
  }
  return 200;
}

describe('preconditions', () => {
  test.each([
    // query, on a read, on a write, on a write where no object is
    ['', 200, 200, 200],
    ['ifGenerationMatch=7', 200, 200, 412],
    ['ifGenerationMatch=8', 412, 412, 412],
    ['ifGenerationMatch=0', 412, 412, 200],
    ['ifGenerationNotMatch=7', 304, 412, 200],
    ['ifGenerationNotMatch=8', 200, 200, 200],
    ['ifGenerationNotMatch=0', 200, 200, 412],
    ['ifMetagenerationMatch=2', 200, 200, 412],
    ['ifMetagenerationMatch=1', 412, 412, 412],
    ['ifMetagenerationNotMatch=2', 304, 412, 200],
    ['ifMetagenerationNotMatch=1', 200, 200, 200],
    ['ifGenerationMatch=7&ifMetagenerationMatch=1', 412, 412, 412],
    ['ifGenerationMatch=7&ifMetagenerationMatch=2', 200, 200, 412],
    // A match that fails outweighs a "not match" that fails.
    ['ifGenerationMatch=8&ifMetagenerationNotMatch=2', 412, 412, 412],
  ])('%s: read %i, write %i, create %i', (query, read, write, create) => {
    const preconditions = parsePreconditions(new URLSearchParams(query));
    expect(statusOf(() => checkPreconditions(preconditions, CURRENT, 'read'))).toBe(read);
    expect(statusOf(() => checkPreconditions(preconditions, CURRENT, 'write'))).toBe(write);
    expect(statusOf(() => checkPreconditions(preconditions, undefined, 'write'))).toBe(create);
  });

  test.each([
    [{ 'if-match': ETAG }, 200],
    [{ 'if-match': `"${ETAG}"` }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': 'other' }, 412],
    [{ 'if-none-match': `"x", W/"${ETAG}"` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': 'other' }, 200],
  ])('headers %j: read %i', (headers, read) => {
    expect(statusOf(() => checkPreconditions(parseEtagPreconditions(headers), CURRENT, 'read'))).toBe(read);
  });

  test('those of a copy’s source have names of their own', () => {
    const query = new URLSearchParams('ifSourceGenerationMatch=3&ifGenerationMatch=0');
    expect(parsePreconditions(query, 'ifSource')).toEqual({ generationMatch: 3 });
    expect(parsePreconditions(query)).toEqual({ generationMatch: 0 });
  });

  test.each(['', 'x', '1.5', '0x7', '1e3', '٣'])('%j is no generation', (text) => {
    expect(statusOf(() => parseLong(new URLSearchParams({ generation: text }), 'generation'))).toBe(400);
  });
});
