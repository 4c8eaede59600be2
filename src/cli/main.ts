#!/usr/bin/env node
/**
 * The command `holdpoint`: what an operator has open at three in the morning.
 *
 * Nothing is loaded before the command is known: `--help` costs little more than Node itself.
 */
import { errorLines, Exit, exitCodeOf } from './failure.ts';
import { makeProgram } from './program.ts';

// `holdpoint list | head` has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await makeProgram().parseAsync();
} catch (error) {
  if (!(error instanceof Exit)) {
    process.stderr.write(`${errorLines(error, { isJson: process.argv.includes('--json') })}\n`);
  }
  process.exitCode = exitCodeOf(error);
}
