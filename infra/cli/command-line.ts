import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addArchive } from './commands/archive.ts';
import { addBill } from './commands/bill.ts';
import { addCheck } from './commands/check.ts';
import { addDrop } from './commands/drop.ts';
import { addForget } from './commands/forget.ts';
import { addInspect } from './commands/inspect.ts';
import { addKeys } from './commands/keys.ts';
import { addNightly } from './commands/nightly.ts';
import { addPlan } from './commands/plan.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addQuery } from './commands/query.ts';
import { addReidentify } from './commands/reidentify.ts';
import { addRelease } from './commands/release.ts';
import { addReplay } from './commands/replay.ts';
import { addRetokenize } from './commands/retokenize.ts';
import { addRollback } from './commands/rollback.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addShow } from './commands/show.ts';
import { addSmoke } from './commands/smoke.ts';
import { addStart } from './commands/start.ts';
import { addTfvars } from './commands/tfvars.ts';
import { addUp } from './commands/up.ts';
import { DeclarationError, ExitError, FailedError, ServiceError, UsageError } from './errors.ts';
import { InterruptedError } from './interrupt.ts';
import { note, paintNote } from './output.ts';

const DONE = 0;
const FAILED = 1;
const WRONG = 2;

/** Carries out one command. Resolves to the exit status: 0 done, 1 failed, 2 wrong usage or wrong declaration. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  // `sluice runs | head` closes our stdout; that is its way to say enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(DONE);
    throw error;
  });
  try {
    await createProgram().parseAsync([...argv]);
    return DONE;
  } catch (error) {
    return report(error);
  }
}

/** The whole command line, for whoever carries it out and for the test that reads it in the documents. */
export function createProgram(): Command {
  const program = new Command('sluice')
    .description('From raw files in Cloud Storage to curated BigQuery tables: de-identified, loaded, transformed.')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({
      // The suggestion comes on a line of its own; an error of ours is one line.
      outputError: (text) =>
        tell(
          text
            .trim()
            .replace(/^error: /, '')
            .replaceAll('\n', ' '),
        ),
    })
    .helpCommand(false)
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 wrong usage or wrong declaration.');
  program.commandsGroup('Run it here:');
  for (const add of [addStart, addUp, addDrop]) add(program);
  program.commandsGroup('See what happened:');
  for (const add of [addRuns, addShow, addQuarantine, addReplay, addReidentify, addForget, addBill]) add(program);
  program.commandsGroup('Declare and transform:');
  for (const add of [addInspect, addCheck, addPlan, addRun, addNightly, addQuery]) add(program);
  program.commandsGroup('Take it to the cloud:');
  for (const add of [addKeys, addRetokenize, addTfvars, addArchive, addRelease, addSmoke, addRollback]) add(program);
  return program;
}

function report(error: unknown): number {
  if (error instanceof ExitError) return error.status;
  if (error instanceof InterruptedError) process.exit(error.status);
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG;
  if (error instanceof DeclarationError) note(error.message);
  else tell(error instanceof Error ? error.message : String(error));
  const expected = error instanceof UsageError || error instanceof FailedError;
  if (process.env.SLUICE_DEBUG) console.error(error);
  else if (!expected) note('this is a defect of sluice: SLUICE_DEBUG=1 shows where');
  return error instanceof UsageError || isBadRequest(error) ? WRONG : FAILED;
}

const isBadRequest = (error: unknown): boolean => error instanceof ServiceError && error.code === 'BAD_REQUEST';

const tell = (message: string): void => note(`${paintNote('red', 'error:')} ${message}`);
