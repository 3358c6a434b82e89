import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awaitUnused } from '../deployment.ts';
import { UsageError } from '../errors.ts';

/** Only a folder that carries this may be wiped. */
const MARKER = 'made-by-sluice-start';

/** Empties the folder, or makes it. Throws UsageError for a folder that holds something and was not made here. */
export async function claimFolder(dir: string): Promise<void> {
  if (existsSync(dir)) {
    if (!lstatSync(dir).isDirectory()) throw new UsageError(`${dir} is not a folder: name another with --data`);
    if (readdirSync(dir).length > 0) {
      if (!existsSync(join(dir, MARKER)))
        throw new UsageError(
          `${dir} was not made by \`sluice start\`, which empties its folder first: name another with --data (\`sluice up --data ${dir}\` keeps what is there)`,
        );
      await awaitUnused(dir);
      rmSync(dir, { recursive: true });
    }
  }
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, MARKER), '`sluice start` made this folder and empties it when it starts again.\n');
}
