/**
 * `holdpoint/testing`: for tests and development: a real Temporal server, a worker and a client on it, and a scripted model.
 */
export { startServer, type DevServer, type StartServerOptions } from './testing/server.ts';
export { startTest, type StartTestOptions, type Test, type TestWorker } from './testing/start-test.ts';
export {
  scriptedModel,
  type MessageTurn,
  type ModelRequest,
  type ResponseTurn,
  type ScriptedCall,
  type ScriptedModel,
  type SentMessage,
  type ScriptedTurn,
  type TurnFunction,
} from './testing/scripted-model.ts';
export type { ScriptedStream } from './testing/scripted-stream.ts';
