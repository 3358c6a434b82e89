// Installs what package-lock.json names, if that has not been done. Plain JavaScript without a dependency: it runs before
// there is anything else, on the Node that the machine has.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.sluice-lock');

/** As in package.json, `engines`. */
const OLDEST = [20, 19];
/** Runs the TypeScript as it stands; the package `node` brings it. */
const NEEDED = 24;

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  fail(
    `installing needs Node ${OLDEST.join('.')} or newer, and this is Node ${process.versions.node}: update it (nodejs.org)`,
  );
}

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** Of the lock, and of the platform: native packages differ. */
function stamp() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${hash} ${process.platform} ${process.arch}\n`;
}

/** Whether somebody's own `npm ci` has brought everything: npm keeps a list of what it installed. */
function isInstalled() {
  const installed = JSON.parse(read(join(modules, '.package-lock.json')) ?? '{}').packages;
  if (!installed) return false;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && !installed[path]),
  );
}

/** Node 24 runs what follows; npm may have been told not to run the script that fetches it. */
function bringsNode() {
  const { stdout } = spawnSync(join(modules, '.bin', 'node'), ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1]) >= NEEDED;
}

/** npm, by the machine's own Node: the one in node_modules would be removed while it runs. */
function runNpm() {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(lifecycle|package|execpath|node_execpath|command)/.test(name),
    ),
  );
  return spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: { ...env, PATH: path.join(delimiter) },
    // stdout belongs to what is started afterwards.
    stdio: ['ignore', process.stderr.fd, 'inherit'],
  });
}

/** `npx sluice` finds it here at once; without it npm would make a package of this folder first. */
function linkCommand() {
  const link = join(modules, '.bin', 'sluice');
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'infra', 'cli', 'main.ts'), link);
  chmodSync(join(root, 'infra', 'cli', 'main.ts'), 0o755);
}

checkNode();
if (read(stampFile) !== stamp()) {
  if (!isInstalled()) {
    process.stderr.write('installing what package-lock.json names (once, some 20 seconds) …\n');
    const { error, status } = runNpm();
    if (error) fail(`npm could not be started (${error.message}): install it, or put it on the PATH`);
    if (status !== 0) fail('npm ci failed; what it said stands above');
  }
  if (!bringsNode()) {
    fail(
      `the package \`node\` brought no Node ${NEEDED}: its install script did not run (is ignore-scripts set?), or there is none for ${process.platform} ${process.arch}`,
    );
  }
  linkCommand();
  writeFileSync(stampFile, stamp());
}
