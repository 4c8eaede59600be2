/** The keys of the page, in a dialog. */
import type { JSX } from 'preact';
import { Dialog } from './dialog.tsx';
import { areKeysOn, isHelpOpen, KEYS } from './keyboard.ts';

export function Help(): JSX.Element | null {
  if (!isHelpOpen.value) return null;
  return (
    <Dialog title="Keys" onClose={() => (isHelpOpen.value = false)}>
      <label class="check">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => (areKeysOn.value = currentTarget.checked)}
        />
        <span>Letters and signs are keys</span>
      </label>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
