/** What is wrong with the connection, and what was not sent, above everything else. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { questionKey } from '../../protocol/question-key.ts';
import { go, itemHref } from '../route.ts';
import { view } from '../state/list.ts';
import { connection, isServerAway } from '../state/live.ts';
import { unsent } from '../state/outbox.ts';
import { signedOut } from '../state/session.ts';
import { Icon } from './icon.tsx';

const isOnline = signal(navigator.onLine);
for (const name of ['online', 'offline']) addEventListener(name, () => (isOnline.value = navigator.onLine));

/** What one should know of the connection. `undefined`: all is well. */
function trouble(): string | undefined {
  if (!isOnline.value) return 'You are offline. What you write is kept, and answers are sent when you are back.';
  if (connection.value === 'broken' && signedOut.value === undefined) return 'The connection is broken. Trying again …';
  if (isServerAway.value) return 'The server behind the inbox is away. You see what was known last.';
  return undefined;
}

export function Banner(): JSX.Element {
  const text = trouble();
  return (
    <div class="banners">
      <div role="status">
        {text !== undefined && (
          <p class="banner warn" data-banner={isServerAway.value ? 'away' : 'connection'}>
            <Icon name="warning" />
            <span>{text}</span>
          </p>
        )}
      </div>
      {unsent.value.map((one) => (
        <div key={questionKey(one.address)} class="banner" role="alert" data-banner="unsent">
          <span>
            <strong>
              Not sent: {one.summary}, {one.title}.
            </strong>{' '}
            The page was closed before. What you entered is still there.
          </span>
          <button
            type="button"
            onClick={() => {
              unsent.value = unsent.value.filter((other) => other !== one);
              go(itemHref(one.address, view.peek()));
            }}
          >
            Open
          </button>
          <button
            type="button"
            class="quiet square"
            aria-label="Dismiss"
            onClick={() => (unsent.value = unsent.value.filter((other) => other !== one))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
