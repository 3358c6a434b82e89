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
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv);
}
