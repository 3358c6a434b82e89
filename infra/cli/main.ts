#!/usr/bin/env node

/** Nothing is imported before the version is known to be right: an older Node fails at syntax, with nothing a person can use. */
const NEEDED = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < NEEDED) {
  process.stderr.write(
    `error: sluice needs Node ${NEEDED} and this is Node ${process.versions.node}: run it with \`npx sluice\` or \`npm start\`, which bring the right one\n`,
  );
  process.exitCode = 2;
} else {
  // What was compiled once is not compiled again: a command starts in half of the time, and so do the processes it starts.
  // Among our own files, since others may write where Node keeps it unasked, and what lies there is run.
  const [{ enableCompileCache }, { fileURLToPath }] = await Promise.all([import('node:module'), import('node:url')]);
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url));
  enableCompileCache();
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv);
}
