/** One message of the conversation, with all its parts. */
import { getToolName, isToolUIPart, type ReasoningUIPart } from 'ai';
import type { PreviewData, ProblemBody, QuestionData } from 'holdpoint/chat';
import { memo } from 'react';
import { Approval } from './approval.tsx';
import { Prose } from './prose.tsx';
import { QuestionCard } from './question.tsx';
import { textOf, type Answer, type ChatMessage } from './session.ts';
import { ToolCall, type ToolPart } from './tool-call.tsx';

type Part = ChatMessage['parts'][number];

interface MessageProps {
  readonly message: ChatMessage;
  /** Whether the turn of the message is at work, and does not only wait for an answer. */
  readonly isWorking: boolean;
  /** What the running tools show, the latest last. */
  readonly previews: readonly PreviewData[];
  readonly onAnswer: (answer: Answer) => Promise<ProblemBody | undefined>;
}

export const Message = memo(function Message({ message, isWorking, previews, onAnswer }: MessageProps) {
  if (message.role === 'user') return <UserMessage message={message} />;
  return (
    <article className="message is-agent" data-role="assistant" aria-label="The agent">
      {message.parts.map((part, index) => (
        <PartView key={index} part={part} isWorking={isWorking} previews={previews} onAnswer={onAnswer} />
      ))}
    </article>
  );
});

function UserMessage({ message }: { message: ChatMessage }) {
  return (
    <article className="message is-user" data-role="user" aria-label="You">
      <p>{textOf(message)}</p>
    </article>
  );
}

function PartView({ part, isWorking, previews, onAnswer }: Omit<MessageProps, 'message'> & { part: Part }) {
  if (part.type === 'text') return part.text === '' ? null : <Prose text={part.text} />;
  if (part.type === 'reasoning') return <Thought part={part} />;
  if (part.type === 'data-question') {
    const { id = '', data } = part;
    return <QuestionCard id={id} question={data} onAnswer={(value) => onAnswer({ id, value })} />;
  }
  if (isToolUIPart(part)) return <ToolView part={part} isWorking={isWorking} previews={previews} onAnswer={onAnswer} />;
  return null;
}

function ToolView({ part, isWorking, previews, onAnswer }: Omit<MessageProps, 'message'> & { part: ToolPart }) {
  const name = getToolName(part);
  if (part.state !== 'approval-requested')
    return <ToolCall name={name} part={part} isWorking={isWorking} preview={previewOf(name, part, previews)} />;
  // The handler puts the question there.
  const question = part.approval.descriptor as QuestionData;
  const { id } = part.approval;
  return <Approval tool={name} args={part.input} question={question} onDecide={(value) => onAnswer({ id, value })} />;
}

function Thought({ part }: { part: ReasoningUIPart }) {
  if (part.text === '') return null;
  return (
    <details className="thought">
      <summary>{part.state === 'streaming' ? 'Thinking' : 'Thought'}</summary>
      <p>{part.text}</p>
    </details>
  );
}

/** A preview does not say which call of the model it is about. Those of this agent name the tool's order. */
function previewOf(tool: string, { input }: ToolPart, previews: readonly PreviewData[]): PreviewData | undefined {
  if (tool !== 'find_order') return undefined;
  const { order } = (input ?? {}) as { readonly order?: string };
  return previews.findLast((one) => 'chunk' in one && (one.chunk as { readonly order: string }).order === order);
}
