import { expect, test } from 'vitest';
import { compareReleases, renderChanges } from '../../../infra/cli/release-changes.ts';
import { release } from '../../declare/projects.ts';
import { TINY_PROJECT } from './tiny-project.ts';

const files = Object.fromEntries(Object.entries(TINY_PROJECT).map(([path, text]) => [path.replace('sql/', ''), text]));
const before = release(files);
const AGES = 'transforms/club/ages.sql';
const VIEW = 'transforms/club/grown_ups.sql';
const without = (path: string) => Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));

test.each([
  ['nothing', files, ''],
  [
    'a view above a source',
    { ...files, [VIEW]: (files[VIEW] ?? '').replace('18', '21') },
    'changed: club.grown_ups; affected by that: club.ages',
  ],
  ['a transform less', without(AGES), 'removed: club.ages'],
  [
    'a transform more',
    { ...files, 'transforms/club/more.sql': '/* transform:\n     kind: view\n*/\nSELECT id FROM club.people' },
    'added: club.more',
  ],
])('%s', (_, after, expected) => {
  expect(renderChanges(compareReleases(before, release(after)))).toBe(expected);
});
