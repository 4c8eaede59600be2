#!/usr/bin/env node
/**
 * The command `holdpoint`, for people who operate threads.
 *
 * A command's code is loaded when it runs, so `--help` takes little longer than Node itself.
 */
import { errorLines, Exit, exitCodeOf } from './failure.ts';
import { makeProgram } from './program.ts';

// `holdpoint list | head` closes the pipe when it has enough lines.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await makeProgram().parseAsync();
} catch (error) {
  if (!(error instanceof Exit)) {
    process.stderr.write(`${errorLines(error, { isJson: process.argv.includes('--json') })}\n`);
  }
  process.exitCode = exitCodeOf(error);
}
