/** One message of the conversation, with all its parts. */
import { getToolName, isToolUIPart, type ReasoningUIPart } from 'ai';
import { memo } from 'react';
import { Approval } from './approval.tsx';
import { Prose } from './prose.tsx';
import { QuestionCard } from './question.tsx';
import { textOf, type Answer, type ChatMessage, type Progress, type Question, type Refusal } from './session.ts';
import { ToolCall, type ToolPart } from './tool-call.tsx';

type Part = ChatMessage['parts'][number];

interface MessageProps {
  readonly message: ChatMessage;
  /** Whether the turn of the message is at work, and does not only wait for an answer. */
  readonly isWorking: boolean;
  readonly progress: readonly Progress[];
  readonly onAnswer: (answer: Answer) => Promise<Refusal | undefined>;
}

export const Message = memo(function Message({ message, isWorking, progress, onAnswer }: MessageProps) {
  if (message.role === 'user') return <UserMessage message={message} />;
  return (
    <article className="message is-agent" data-role="assistant" aria-label="The agent">
      {message.parts.map((part, index) => (
        <PartView key={index} part={part} isWorking={isWorking} progress={progress} onAnswer={onAnswer} />
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

function PartView({ part, isWorking, progress, onAnswer }: Omit<MessageProps, 'message'> & { part: Part }) {
  if (isVoid(part)) return null;
  if (part.type === 'text') return part.text === '' ? null : <Prose text={part.text} />;
  if (part.type === 'reasoning') return <Thought part={part} />;
  if (part.type === 'data-question') {
    const { id, run } = part.data;
    return <QuestionCard question={part.data} onAnswer={(value) => onAnswer({ id, run, value })} />;
  }
  if (isToolUIPart(part)) return <ToolView part={part} isWorking={isWorking} progress={progress} onAnswer={onAnswer} />;
  return null;
}

function ToolView({ part, isWorking, progress, onAnswer }: Omit<MessageProps, 'message'> & { part: ToolPart }) {
  const name = getToolName(part);
  if (part.state !== 'approval-requested')
    return <ToolCall name={name} part={part} isWorking={isWorking} progress={progress.at(-1)} />;
  // The handler puts the question there.
  const question = part.approval.descriptor as Question;
  const { id, run } = question;
  return (
    <Approval tool={name} args={part.input} question={question} onDecide={(value) => onAnswer({ id, run, value })} />
  );
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

/** What was shown of a call of the model that began anew. */
function isVoid(part: Part): boolean {
  return 'providerMetadata' in part && part.providerMetadata?.['holdpoint']?.['void'] === true;
}
