/** Passes a question on to others. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Item, Reassigned, Reassigning } from '../../inbox/api.ts';
import { MAX_ASSIGNEE_CHARACTERS } from '../../protocol/limits.ts';
import { Dialog } from '../parts/dialog.tsx';
import { known } from '../state/list.ts';
import { say } from '../state/news.ts';
import { api, post, troubleOf } from '../state/requests.ts';
import { me } from '../state/session.ts';
import { listed, nameOf } from '../words/phrases.ts';

export interface ReassignProps {
  readonly item: Item;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ReassignDialog({ item, onClose, onDone }: ReassignProps): JSX.Element {
  const [chosen, setChosen] = useState<readonly string[]>(item.assignees ?? []);
  const [name, setName] = useState('');
  const [isGroup, setGroup] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  /** A name that was not seen before, once the person was asked whether it is right. */
  const [doubted, setDoubted] = useState<string>();
  /** Why it has not happened yet, once it was sent. */
  const [why, setWhy] = useState<string>();
  const typed = name.trim() === '' ? [] : [isGroup ? `group:${name.trim()}` : name.trim()];
  const assignees = [...new Set([...chosen, ...typed])];
  const offered = [
    ...new Set([...(item.assignees ?? []), ...(me.value ? [me.value.actor] : []), ...known((one) => one.assignees)]),
  ];

  const pass = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (assignees.length === 0) return setTrouble('Choose at least one person or group.');
    const unknown = typed.find((one) => !offered.includes(one));
    if (unknown !== doubted) {
      setDoubted(unknown);
      if (unknown !== undefined) return setTrouble(strangerText(unknown));
    }
    setBusy(true);
    const { thread, run, id } = item;
    const reply = await post<Reassigned>(api('reassign', { thread, run, id }), { assignees } satisfies Reassigning);
    setBusy(false);
    if (reply.kind !== 'ok') return setTrouble(troubleOf(reply));
    if (reply.value.outcome === 'queued') {
      say(reply.value.why);
      return setWhy(reply.value.why);
    }
    say(`Passed on to ${listed(assignees.map(nameOf))}.`);
    onDone();
    onClose();
  };

  if (why !== undefined) return <Waiting why={why} onClose={onClose} />;
  return (
    <Dialog title="Pass on" onClose={onClose}>
      <form class="stack" onSubmit={(event) => void pass(event)}>
        <People offered={offered} chosen={chosen} onChoose={setChosen} />
        <div class="field-line">
          <label class="field">
            <span>Somebody else</span>
            <input
              value={name}
              maxLength={MAX_ASSIGNEE_CHARACTERS}
              autocomplete="off"
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <label class="check">
            <input type="checkbox" checked={isGroup} onChange={() => setGroup(!isGroup)} />
            <span>is a group</span>
          </label>
        </div>
        {trouble !== undefined && (
          <p class="problem" role="alert">
            {trouble}
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="primary" disabled={isBusy}>
            Pass on
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface PeopleProps {
  readonly offered: readonly string[];
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: readonly string[]) => void;
}

function People({ offered, chosen, onChoose }: PeopleProps): JSX.Element {
  return (
    <fieldset class="people">
      <legend>Who should answer?</legend>
      {offered.map((one) => (
        <label key={one} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={() => onChoose(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one])}
          />
          <span>{one === me.value?.actor ? `${nameOf(one)} (you)` : nameOf(one)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Whoever writes a wrong name passes the question on to nobody. */
function strangerText(name: string): string {
  return `Nothing in your list is for ${nameOf(name)}. If the name is right, press “Pass on” again.`;
}

function Waiting({ why, onClose }: { readonly why: string; readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Not passed on yet" onClose={onClose}>
      <p>{why}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
