/** Answers all selected items at once. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Item, ListedItem } from '../../inbox/api.ts';
import { shortened } from '../../protocol/text.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { Dialog } from '../parts/dialog.tsx';
import { submit } from '../state/outbox.ts';
import { restored } from '../state/pause.ts';
import { api, get, troubleOf, type Reply } from '../state/requests.ts';
import { bulkAnswers, type BulkAnswer } from './bulk-answers.ts';
import { clearSelection, isSelecting, selectAlike, selected } from './selection.ts';
import { counted } from '../words/times.ts';

/** The items that the dialog is about. What is closed meanwhile gets a result that says so. */
const asking = signal<readonly ListedItem[] | undefined>(undefined);

export function BulkBar(): JSX.Element | null {
  const count = selected.value.length;
  if (count === 0 && !isSelecting.value && !asking.value) return null;
  return (
    <div class="bulk" role="group" aria-label="Selected items">
      <p>{count === 0 ? 'Select items of one kind' : `${count} selected`}</p>
      <button type="button" class="quiet" onClick={clearSelection}>
        Cancel
      </button>
      <button type="button" class="quiet" disabled={count === 0} onClick={selectAlike}>
        All alike
      </button>
      <button type="button" class="primary" disabled={count === 0} onClick={() => (asking.value = selected.value)}>
        Answer …
      </button>
      {asking.value && <BulkDialog items={asking.value} />}
    </div>
  );
}

type Offer =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'ready';
      readonly answers: readonly BulkAnswer[];
      readonly items: readonly Item[];
      readonly missing: number;
    };

/** How many items are read at the same time: a browser opens no more connections. */
const AT_ONCE = 6;
const PAUSE_MS = 1000;
/** The status of an item that is closed, or not the person's. */
const GONE = new Set([403, 404, 409, 410]);

/** Each item is read again before it is answered: one does not decide about what one has not seen. */
async function offerFor(listed: readonly ListedItem[], stop: AbortSignal): Promise<Offer> {
  const items: Item[] = [];
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const replies = await Promise.all(listed.slice(at, at + AT_ONCE).map((item) => readAgain(item, stop)));
    for (const [index, reply] of replies.entries()) {
      if (reply.kind === 'ok') {
        // A reset thread may ask something else under the same address.
        if (reply.value.bulk === listed[at + index]!.bulk) items.push(reply.value);
      } else if (reply.kind === 'unreachable' || !GONE.has(reply.status)) {
        return { kind: 'failed', message: troubleOf(reply) };
      }
    }
  }
  const answers = bulkAnswers(items);
  if (answers.length === 0) return { kind: 'failed', message: 'None of these can be answered this way any more.' };
  return { kind: 'ready', items, answers, missing: listed.length - items.length };
}

/** Reads an item, as soon as the server can be asked again. */
async function readAgain({ thread, run, id }: ListedItem, stop: AbortSignal): Promise<Reply<Item>> {
  for (;;) {
    const reply = await get<Item>(api('item', { thread, run, id }), stop);
    if (reply.kind !== 'refused' || reply.status !== 429 || stop.aborted) return reply;
    await restored(reply.pause ?? PAUSE_MS);
  }
}

/** What an action would do, in one line: a title alone may leave out what matters. */
function detailOf({ approval, entrypoint }: Item): string {
  if (!approval) return entrypoint;
  return approval.actions.map(({ name, args }) => `${name}: ${shortened(fieldsOf(args), 160)}`).join('; ');
}

function fieldsOf(args: unknown): string {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return JSON.stringify(args) ?? '';
  return Object.entries(args)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

function BulkDialog({ items }: { readonly items: readonly ListedItem[] }): JSX.Element {
  const [offer, setOffer] = useState<Offer>({ kind: 'loading' });
  const close = (): void => {
    asking.value = undefined;
  };
  useEffect(() => {
    const stop = new AbortController();
    void offerFor(items, stop.signal).then((next) => {
      if (!stop.signal.aborted) setOffer(next);
    });
    return () => stop.abort();
  }, []);
  return (
    <Dialog title={`Answer ${counted(items.length, 'item')}`} onClose={close}>
      {offer.kind === 'loading' && <p role="status">Loading …</p>}
      {offer.kind === 'failed' && <p role="alert">{offer.message}</p>}
      {offer.kind === 'ready' && <Offered offer={offer} onClose={close} />}
    </Dialog>
  );
}

function Offered({
  offer,
  onClose,
}: {
  readonly offer: Extract<Offer, { kind: 'ready' }>;
  readonly onClose: () => void;
}): JSX.Element {
  const give = ({ name, answer }: BulkAnswer): void => {
    const parts = offer.items.map(({ thread, run, id, title, askedAt }) => ({
      address: { thread, run, id },
      title,
      answer: { ...answer, askedAt },
    }));
    onClose();
    clearSelection();
    submit(parts, name);
  };
  return (
    <div class="stack">
      <ul class="bulk-items">
        {offer.items.map((item) => (
          <li key={questionKey(item)}>
            <span>{item.title}</span>
            <small>{detailOf(item)}</small>
          </li>
        ))}
      </ul>
      {offer.missing > 0 && (
        <p class="muted">{counted(offer.missing, 'item')} left out: not open any more, or not yours to answer.</p>
      )}
      <div class="buttons">
        {offer.answers.map((one, index) => (
          <button key={one.name} type="button" class={index === 0 ? 'primary' : undefined} onClick={() => give(one)}>
            {one.name}
          </button>
        ))}
      </div>
    </div>
  );
}
