/** A call of a tool: what it is asked, what it does, what it gave. */
import type { DynamicToolUIPart, ToolUIPart } from 'ai';
import { labelOf } from './fields.ts';
import type { Progress } from './session.ts';

export type ToolPart = ToolUIPart | DynamicToolUIPart;

const LONG_RESULT = 240;

interface ToolCallProps {
  readonly name: string;
  readonly part: ToolPart;
  readonly isWorking: boolean;
  readonly progress: Progress | undefined;
}

export function ToolCall({ name, part, isWorking, progress }: ToolCallProps) {
  const state = stateOf(part, isWorking);
  return (
    <section className="tool" data-tool={name} data-state={state.kind} aria-label={`Tool ${labelOf(name)}`}>
      <header>
        <span className="tool-mark" aria-hidden="true" />
        <h3>{labelOf(name)}</h3>
        <span className="tool-state">{state.words}</span>
      </header>
      <Arguments input={part.input} />
      {state.kind === 'running' && progress && <ProgressLine progress={progress} />}
      <Result part={part} />
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

function ProgressLine({ progress: { chunk } }: { progress: Progress }) {
  if (!chunk) return null;
  return (
    <p className="progress">
      <progress max={chunk.of} value={chunk.done} aria-label={chunk.text} />
      {chunk.text} …
    </p>
  );
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
