/** A call of a tool: what it is asked, what it does, what it gave. */
import type { DynamicToolUIPart, ToolUIPart } from 'ai';
import type { PreviewData } from 'holdpoint/chat';
import { labelOf } from './fields.ts';

export type ToolPart = ToolUIPart | DynamicToolUIPart;

const LONG_RESULT = 240;

interface ToolCallProps {
  readonly name: string;
  readonly part: ToolPart;
  readonly isWorking: boolean;
  readonly preview: PreviewData | undefined;
}

export function ToolCall({ name, part, isWorking, preview }: ToolCallProps) {
  const state = stateOf(part, isWorking);
  return (
    <section className="tool" data-tool={name} data-state={state.kind} aria-label={`Tool ${labelOf(name)}`}>
      <header>
        <span className="tool-mark" aria-hidden="true" />
        <h3>{labelOf(name)}</h3>
        <span className="tool-state">{state.words}</span>
      </header>
      <Arguments input={part.input} />
      {state.kind === 'running' && preview && 'chunk' in preview && <ProgressLine chunk={preview.chunk} />}
      <Result part={part} />
      <Decided part={part} />
    </section>
  );
}

export function Arguments({ input }: { input: unknown }) {
  if (typeof input !== 'object' || input === null) return null;
  return (
    <dl className="arguments">
      {Object.entries(input).map(([name, value]) => (
        <div key={name}>
          <dt>{labelOf(name)}</dt>
          <dd>{typeof value === 'object' ? <code>{JSON.stringify(value)}</code> : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function ProgressLine({ chunk }: { chunk: unknown }) {
  // What the tools of this agent show.
  const { text, done, of } = chunk as { readonly text: string; readonly done: number; readonly of: number };
  return (
    <p className="progress">
      <progress max={of} value={done} aria-label={text} />
      {text} …
    </p>
  );
}

/** Who has decided about the call. */
function Decided({ part: { approval, callProviderMetadata } }: { part: ToolPart }) {
  const by = callProviderMetadata?.['holdpoint']?.['by'];
  if (approval?.approved === undefined || typeof by !== 'string') return null;
  return <p className="tool-state">{`${approval.approved ? 'Approved' : 'Rejected'} by ${by}`}</p>;
}

function Result({ part }: { part: ToolPart }) {
  if (part.state === 'output-error') return <p className="tool-result problem">{part.errorText}</p>;
  if (part.state === 'output-denied')
    return (
      <p className="tool-result">{part.approval.reason ? `Reason: ${part.approval.reason}` : 'It did not run.'}</p>
    );
  if (part.state !== 'output-available') return null;
  const text = typeof part.output === 'string' ? part.output : JSON.stringify(part.output, null, 2);
  if (text.length <= LONG_RESULT) return <p className="tool-result">{text}</p>;
  return (
    <details className="tool-result">
      <summary>Result, {text.length.toLocaleString('en')} characters</summary>
      <pre>{text}</pre>
    </details>
  );
}

interface ToolState {
  readonly kind: 'running' | 'waiting' | 'done' | 'failed' | 'rejected';
  readonly words: string;
}

function stateOf(part: ToolPart, isWorking: boolean): ToolState {
  switch (part.state) {
    case 'output-available':
      return { kind: 'done', words: 'done' };
    case 'output-error':
      return { kind: 'failed', words: 'failed' };
    case 'output-denied':
      return { kind: 'rejected', words: 'rejected' };
    case 'approval-responded':
      return part.approval.approved ? { kind: 'running', words: 'approved' } : { kind: 'rejected', words: 'rejected' };
    default:
      return isWorking ? { kind: 'running', words: 'running' } : { kind: 'waiting', words: 'waits' };
  }
}
