/** The options of `redis`: what is wrong is one sentence, which has no password (R10). */
import { expect, test } from 'vitest';
import { redis } from '../../src/previews/redis.ts';

test.each([
  'redis://localhost',
  'redis://localhost:6379/',
  'rediss://ann:p%40ss@redis.example.com:6380/2',
  { url: 'redis://[::1]:6379', every: '1s', keep: '1 day', maxLength: 10, prefix: 'mine' },
] as const)('%j is right', (options) => {
  expect(redis(options)).toMatchObject({ usesHeartbeats: false });
});

test.each([
  [undefined, 'redis'],
  [6379, 'redis'],
  ['', 'url'],
  ['localhost:6379', 'url'],
  ['redis://ann:secret@host:port', 'url'],
  ['redis://:secret', 'url'],
  ['redis://ann:secret%zz@host', 'url'],
  ['redis://ann:secret@host/database', 'url'],
  ['https://ann:secret@host', 'url'],
  ['secret@host', 'url'],
  [{}, 'url'],
  [{ url: 'redis://host', keep: '10ms' }, 'keep'],
  [{ url: 'redis://host', every: 'often' }, 'every'],
  [{ url: 'redis://host', maxLength: 1.5 }, 'maxLength'],
  [{ url: 'redis://host', prefix: '' }, 'prefix'],
  [{ url: 'redis://host', maxlen: 1 }, 'maxlen'],
])('%j is refused, and the sentence names `%s`', (options, name) => {
  const make = (): unknown => redis(options as string);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(new RegExp(`^(?:Expected|Unknown|Option).*\\b${name}\\b`));
  expect(make).not.toThrow(/secret/);
});

test('a piece is shown after 50 ms, if nothing else is said', () => {
  expect(redis('redis://host').everyMs).toBe(50);
  expect(redis({ url: 'redis://host', every: '1s' }).everyMs).toBe(1_000);
});
