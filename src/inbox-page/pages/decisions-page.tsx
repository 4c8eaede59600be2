/** How long questions wait, and how fast people decide. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Decider, Decisions, Quantiles } from '../../inbox/api.ts';
import { Icon } from '../parts/icon.tsx';
import { listHref } from '../route.ts';
import { view } from '../state/list.ts';
import { api, get, troubleOf, type Reply } from '../state/requests.ts';
import { counted, fineSpan } from '../words/times.ts';

const DAYS = [7, 30, 90] as const;
/** With fewer approvals than these, a share says nothing about a person. */
const FEW = 5;

export function DecisionsPage(): JSX.Element {
  const [days, setDays] = useState<number>(30);
  const [reply, setReply] = useState<Reply<Decisions>>();
  useEffect(() => {
    const stop = new AbortController();
    void get<Decisions>(api('decisions', { days: String(days) }), stop.signal).then((next) => {
      if (!stop.signal.aborted) setReply(next);
    });
    return () => stop.abort();
  }, [days]);
  useEffect(() => {
    document.title = 'Decision times';
    document.querySelector<HTMLElement>('h1')?.focus();
  }, []);
  return (
    <main class="main" id="main">
      <article class="item-pane decisions">
        <a class="back" data-always href={listHref(view.value)}>
          <Icon name="back" /> Inbox
        </a>
        <header class="item-head">
          <h1 tabIndex={-1}>Decision times</h1>
          <div class="segments" role="group" aria-label="Time">
            {DAYS.map((one) => (
              <button key={one} type="button" aria-pressed={one === days} onClick={() => setDays(one)}>
                {one} days
              </button>
            ))}
          </div>
        </header>
        {!reply && <p role="status">Loading …</p>}
        {reply && reply.kind !== 'ok' && <p role="alert">{troubleOf(reply)}</p>}
        {reply?.kind === 'ok' && reply.value.isCut && (
          <p class="muted">Not everything could be read. These numbers are about what was started last.</p>
        )}
        {reply?.kind === 'ok' && <Report report={reply.value} />}
      </article>
    </main>
  );
}

function Report({ report }: { readonly report: Decisions }): JSX.Element {
  if (report.count === 0) return <p class="muted">No question was answered in this time.</p>;
  const longest = Math.max(...report.byEntrypoint.map(({ wait }) => wait.p90), 1);
  return (
    <>
      <section>
        <h2>How long questions wait</h2>
        <p class="lead">
          Half of {counted(report.count, 'answer')} came within <strong>{fineSpan(report.wait.p50)}</strong>, nine of
          ten within <strong>{fineSpan(report.wait.p90)}</strong>. The longest wait was {fineSpan(report.wait.max)}.
        </p>
        <table class="bars">
          <caption class="visually-hidden">Waiting times by where the questions come from</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Half within</th>
              <th scope="col">Nine of ten</th>
            </tr>
          </thead>
          <tbody>
            {report.byEntrypoint.map(({ entrypoint, count, wait }) => (
              <tr key={entrypoint}>
                <th scope="row">
                  {entrypoint}
                  <small>{counted(count, 'answer')}</small>
                  <Bar wait={wait} longest={longest} />
                </th>
                <td>{fineSpan(wait.p50)}</td>
                <td>{fineSpan(wait.p90)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <People people={report.people} />
    </>
  );
}

/** The dark part is the median, the light one reaches to nine of ten. */
function Bar({ wait, longest }: { readonly wait: Quantiles; readonly longest: number }): JSX.Element {
  const width = (ms: number): string => `${Math.max(0.5, (100 * ms) / longest).toFixed(1)}%`;
  return (
    <svg class="bar" width="100%" height="8" aria-hidden="true">
      <rect class="bar-ground" width="100%" height="8" rx="4" />
      <rect class="bar-most" width={width(wait.p90)} height="8" rx="4" />
      <rect class="bar-half" width={width(wait.p50)} height="8" rx="4" />
    </svg>
  );
}

function People({ people }: { readonly people: readonly Decider[] }): JSX.Element | null {
  if (people.length === 0) return null;
  return (
    <section>
      <h2>How people decide</h2>
      <p class="muted">
        A quick approval can be right: the case may be simple, or known from elsewhere. Where it is the rule, ask
        whether the question is needed at all.
      </p>
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Answers</th>
            <th scope="col">Looks for</th>
            <th scope="col">Approved in under 3 s</th>
          </tr>
        </thead>
        <tbody>
          {people.map((one) => (
            <tr key={one.actor}>
              <th scope="row">
                {one.actor}
                {(one.approved > 0 || one.rejected > 0) && (
                  <small>
                    {one.approved} approved, {one.rejected} rejected
                  </small>
                )}
              </th>
              <td>{one.count}</td>
              <td>{one.look ? fineSpan(one.look.p50) : 'not known'}</td>
              <td>
                <Haste one={one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Haste({ one }: { readonly one: Decider }): JSX.Element {
  if (one.approved < FEW || !one.look) return <span class="muted">too few to say</span>;
  return (
    <span class="haste">
      <meter min={0} max={one.approved} value={one.hasty} aria-label={`${one.hasty} of ${one.approved}`} />
      {one.hasty === one.approved ? `all ${one.approved}` : `${one.hasty} of ${one.approved}`}
    </span>
  );
}
