/** Workers of the tests log what is wrong, not what they do. Many tests make a task fail on purpose, so only errors. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
