/** Workers of the tests log only errors: many tests make a task fail on purpose. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
