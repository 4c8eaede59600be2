/**
 * What a page is shown of a question and of a preview.
 */
import { defined } from '../protocol/defined.ts';
import type { Closed, How, Interrupt, JsonSchema, Priority, Problem } from '../protocol/shapes.ts';

/** A question, as a page is shown it. */
export interface QuestionData {
  /** The id of the question, for an answer. */
  readonly id: string;
  /** The run of the question, for an answer. */
  readonly run: string;
  /** The value that the question was asked with. */
  readonly value: unknown;
  /** The question in one line. */
  readonly title?: string;
  /** More about it. */
  readonly description?: string;
  /** The JSON Schema of the answer. */
  readonly schema?: JsonSchema;
  /** Who should answer. */
  readonly assignees?: readonly string[];
  /** A text that a person types before the answer is sent. */
  readonly confirm?: string;
  /** Words by which questions are filtered. */
  readonly tags?: readonly string[];
  /** How urgent it is. Missing: `normal`. */
  readonly priority?: Priority;
  /** Why it is asked again: what was wrong with the answer before. */
  readonly problems?: readonly Problem[];
  /** When it should be answered. */
  readonly dueAt?: string;
  /** When it closes by itself. */
  readonly expiresAt?: string;
  /** Set once the question has closed. */
  readonly closed?: {
    /** How it closed. */
    readonly how?: How;
    /** Who answered, as the sender claims. */
    readonly by?: string;
    /** When. */
    readonly at: string;
  };
}

/** What a task shows while it runs. */
export type PreviewData = {
  /** The name of the task. */
  readonly task: string;
  /** The id of the call: `search:1`. */
  readonly call: string;
} & (
  | {
      /** What the task passed to `preview`. Texts that follow one another may come joined. */
      readonly chunk: unknown;
    }
  | {
      /** What was shown of the call is void. */
      readonly reset: true;
    }
);

/** The data parts of messages, for the AI SDK's type of a message: `UIMessage<ChatMetadata, ChatData>`. */
export type ChatData = {
  /** A question that is no approval of a tool call; on a page with `ai` 5, any question. Its id is the part's id. */
  readonly question: QuestionData;
  /** What a task shows. It is transient: it is in no message. */
  readonly preview: PreviewData;
};

/** An open question, for a page. */
export function questionData(question: Interrupt): QuestionData {
  const { id, run, value, title, description, schema, assignees, confirm, tags, priority, problems } = question;
  const { dueAt, expiresAt } = question;
  const shown = { title, description, schema, assignees, confirm, tags, priority, problems, dueAt, expiresAt };
  return { id, run, value, ...defined(shown) };
}

/** The same question, once it has closed. */
export function closedData(view: QuestionData, { how, actor: by, at }: Closed): QuestionData {
  return { ...view, closed: { at, ...defined({ how, by }) } };
}
