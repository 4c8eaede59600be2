/** How long a session of the inbox lasts (W3). */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Sessions } from '../../src/inbox/sessions.ts';

const settings = { isHttps: true, base: '' };
const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function begin(sessions: Sessions): Request {
  const [cookie = ''] = sessions.begin('hash', settings).split(';');
  return new Request('https://inbox.example.com', { headers: { cookie } });
}

test('a session ends after an hour in which nobody has used it (W3)', () => {
  const sessions = new Sessions();
  const [used, unused] = [begin(sessions), begin(sessions)];
  vi.advanceTimersByTime(50 * MINUTE);
  expect(sessions.tokenOf(used, settings)).toBe('hash');
  vi.advanceTimersByTime(50 * MINUTE);
  expect(sessions.tokenOf(used, settings)).toBe('hash');
  expect(sessions.tokenOf(unused, settings)).toBeUndefined();
});

test('a session ends after twelve hours, however much it is used (W3)', () => {
  const sessions = new Sessions();
  const request = begin(sessions);
  for (let minutes = 30; minutes < 12 * 60; minutes += 30) {
    vi.advanceTimersByTime(30 * MINUTE);
    expect(sessions.tokenOf(request, settings)).toBe('hash');
  }
  vi.advanceTimersByTime(30 * MINUTE);
  expect(sessions.tokenOf(request, settings)).toBeUndefined();
});

test('inboxes of one host have a cookie each, also over HTTPS, where the path of a cookie is that of the host (W5)', () => {
  const bases = ['', '/a/b', '/a-b', '/a_b', '/A/b'];
  const names = bases.map((base) => new Sessions().begin('hash', { isHttps: true, base }).split('=')[0]);
  expect(new Set(names).size).toBe(bases.length);
});

test('a cookie of plain HTTP, of another inbox, or that was made up is no session (W5)', () => {
  const sessions = new Sessions();
  const request = begin(sessions);
  expect(sessions.tokenOf(request, { isHttps: false, base: '' })).toBeUndefined();
  expect(sessions.tokenOf(request, { isHttps: true, base: '/other' })).toBeUndefined();
  for (const value of ['', 'x', 'hash'])
    expect(
      sessions.tokenOf(new Request('https://x', { headers: { cookie: `__Host-holdpoint-inbox=${value}` } }), settings),
    ).toBeUndefined();
});
