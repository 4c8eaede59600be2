/**
 * `holdpoint/testing`: a real Temporal server for tests and development, and a worker and a client on it.
 */
export { startServer, type DevServer, type StartServerOptions } from './testing/server.ts';
export { startTest, type StartTestOptions, type Test, type TestWorker } from './testing/start-test.ts';
