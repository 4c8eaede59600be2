/**
 * `holdpoint/previews`: the ways on which what a task shows comes to those who read its thread. Workers and clients use
 * the same one.
 */
export { heartbeats, type HeartbeatsOptions } from './previews/heartbeats.ts';
export { redis, type RedisOptions, type RedisTransport } from './previews/redis.ts';
export type { ChunkPart, MessagePart, Preview, PreviewPart, Take } from './protocol/preview.ts';
export type {
  PendingCall,
  PreviewRun,
  PreviewSink,
  PreviewSource,
  PreviewTarget,
  PreviewTransport,
} from './previews/transport.ts';
export type { Duration } from './protocol/duration.ts';
