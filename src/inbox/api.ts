/**
 * What the inbox's server and its page say to each other: the JSON of each endpoint under `<base path>/api/`.
 *
 * A question is addressed by `?thread=…&run=…&id=…`. Times are ISO 8601 strings in UTC. A request that is refused gets a
 * {@link Refused}. Requests that change something are `POST` with a JSON body, from the same origin.
 */
import type { Decision, Remembering } from '../protocol/approval.ts';
import type { Interrupt, Problem, Priority } from '../protocol/shapes.ts';
import type { ProblemCode } from '../web/problem.ts';

/** `GET api/me`: who looks, and what the server offers. 401 if nobody is signed in. */
export interface Me {
  readonly actor: string;
  /** The names of the actor's groups, without `group:`. */
  readonly groups: readonly string[];
  /** How the server knows: the user of this machine, a token, a proxy, the user's own function, or a signed link. */
  readonly how: 'local' | 'token' | 'proxy' | 'custom' | 'link';
  /** The title of the inbox. */
  readonly title: string;
  /** With a link: the one question that it opens. */
  readonly only?: QuestionAddress;
}

/** `POST api/session`: signs in with a token, and sets the cookie. `DELETE api/session` signs out. */
export interface SignIn {
  readonly token: string;
}

/** The 401 body says how one can sign in. */
export interface SignedOut extends Refused {
  readonly error: 'SignedOut';
  readonly signIn: 'token' | 'elsewhere';
  /** With `elsewhere`: where one signs in, if the server knows. */
  readonly url?: string;
}

export interface QuestionAddress {
  readonly thread: string;
  readonly run: string;
  readonly id: string;
}

/** What an item asks for, which decides its icon, its form and with which others it can be answered in bulk. */
export type ItemKind = 'approval' | 'yes or no' | 'choice' | 'text' | 'number' | 'form' | 'any';

/** One line of the list. */
export interface ListedItem extends QuestionAddress {
  readonly entrypoint: string;
  readonly task?: string;
  /** The question's title, or a line made of its value. */
  readonly title: string;
  readonly kind: ItemKind;
  readonly assignees?: readonly string[];
  readonly group?: string;
  readonly tags?: readonly string[];
  readonly priority?: Priority;
  readonly askedAt: string;
  /** When it should be answered, or else when it closes. */
  readonly dueAt?: string;
  readonly expiresAt?: string;
  /** Answers so far, and how many are needed. */
  readonly votes?: { readonly count: number; readonly quorum: number };
  /** Set if the person who looks has given one of several answers. It can be given anew. */
  readonly hasVoted?: true;
  /** Whether the person who looks may answer it. */
  readonly mayAnswer: boolean;
  /** Whether it can be answered with others of its {@link bulk} key at once: it needs no typing, and nothing to confirm. */
  readonly bulk?: string;
}

/** `GET api/items` with these as query parameters. */
export interface ItemsQuery {
  /** Text in the title, the value, the thread, the entrypoint or the tags. */
  readonly q?: string;
  /** `me` for those of the person who looks and of their groups, else a name as in `assignees`. */
  readonly assignee?: string;
  readonly entrypoint?: string;
  readonly task?: string;
  readonly group?: string;
  readonly tag?: string;
  readonly priority?: Priority;
  readonly kind?: ItemKind;
  /** `age`: the oldest first. `due`: the one due first, then those without, the oldest first. @default 'due' */
  readonly sort?: 'age' | 'due';
  /** From the page before. */
  readonly cursor?: string;
  /** @default 100 */
  readonly limit?: string;
}

export interface Items {
  readonly items: readonly ListedItem[];
  /** How many match. */
  readonly total: number;
  readonly next?: string;
  /** The id of the last event that the list includes: events after it are news. */
  readonly at: string;
}

/**
 * `GET api/events`: server-sent events, each with an id. `Last-Event-ID` continues; if that is too old, `reload` comes first.
 * The first connection continues from the list with `?after=` and {@link Items.at}. The server ends the connection after some
 * minutes: the page connects again.
 */
export type InboxEvent =
  | { readonly kind: 'opened'; readonly item: ListedItem }
  /** Reassigned, or an answer of several was given. */
  | { readonly kind: 'changed'; readonly item: ListedItem }
  | ({ readonly kind: 'closed' } & QuestionAddress & Ending)
  /** The page must load its list again. */
  | { readonly kind: 'reload' }
  /** The Temporal server is away, or back. Each connection begins with it. */
  | { readonly kind: 'server'; readonly isAway: boolean };

/** How a question ended. */
export interface Ending {
  /** `passed on`: it is open, for others than the person who looks. `unknown`: it may be open, and out of the inbox's `query`. */
  readonly how: 'answered' | 'default' | 'expired' | 'withdrawn' | 'passed on' | 'unknown';
  readonly actor?: string;
  readonly at: string;
  /** The answer that counted, where it could be found out. */
  readonly answer?: unknown;
}

/** `GET api/item`: a question, confirmed with its thread. If it is not open: 409 if it was answered, else 410, with {@link Refused.ending}. */
export interface Item extends ListedItem {
  readonly question: Interrupt;
  /**
   * The answer that could not be used, if the question is asked again: `question.problems` say why. Missing if the history
   * does not say it in a moment.
   */
  readonly before?: { readonly actor?: string; readonly value: unknown };
  /** The digest of what is shown, which `POST api/shown` sends back. */
  readonly digest: string;
  /** An approval of one or several actions, also one of an adapter's. The form answers with {@link Answering.decisions}. */
  readonly approval?: ApprovalView;
  readonly mayReassign: boolean;
  /** A command with which the person answers it, to run in a shell. */
  readonly command: string;
  /** The run in the Temporal Web UI, if its address is known. */
  readonly webUi?: string;
  /** Why an answer will wait: no worker is up, for instance. It will count all the same. */
  readonly obstacle?: string;
}

/** The actions that an approval is about. */
export interface ApprovalView {
  /** The adapter that made it: `holdpoint`, or one of LangChain's. */
  readonly adapter: string;
  readonly actions: readonly ActionView[];
}

export interface ActionView {
  /** The name of the tool. `''`: the question is about no call of a tool. */
  readonly name: string;
  readonly args?: unknown;
  /** Markdown. */
  readonly description?: string;
  /** The JSON Schema of the arguments, if it is known. */
  readonly schema?: { readonly [keyword: string]: unknown };
  readonly allows: readonly Decision['type'][];
  /** What an approval or a rejection may be remembered for. */
  readonly remember?: readonly Remembering[];
  /** What else the question says about the action. */
  readonly facts?: { readonly [name: string]: unknown };
  /** Whether a rejection may have a reason. @default true */
  readonly reasons?: boolean;
}

/** `POST api/answer`: the answer as JSON, or for an {@link ApprovalView} a decision for each of its actions, in order. */
export interface Answering {
  readonly value?: unknown;
  readonly decisions?: readonly Decision[];
  /** Makes it repeatable: the page sends the same key again after a broken connection. */
  readonly key: string;
  /**
   * When the question that the person saw was asked. After a reset of its thread another question may have its address, and
   * does not get the answer: 409 `InterruptChanged`.
   */
  readonly askedAt?: string;
  /** How many milliseconds the page has held the answer back, so that it could be taken back: the time of the answer is earlier. */
  readonly heldMs?: number;
}

/**
 * 200 `accepted`, or `voted` if more people must give the same answer; 202 `queued`: it will count once a worker is up.
 *
 * Refused: 403 not yours, 409 answered already, 410 expired or withdrawn, 422 with `problems`, 429 too many requests.
 */
export interface Answered {
  readonly outcome: 'accepted' | 'voted' | 'queued';
  readonly votes?: { readonly count: number; readonly quorum: number };
  /** With `queued`: a sentence that says what it waits for. */
  readonly why?: string;
}

/** `POST api/answers`: several at once, with a result for each. At most 100. */
export interface BulkAnswering {
  readonly answers: readonly (QuestionAddress & Answering)[];
}
export interface BulkAnswered {
  /** In the order of the answers. */
  readonly results: readonly (QuestionAddress &
    (
      | { readonly status: 200 | 202; readonly answered: Answered }
      | { readonly status: number; readonly refused: Refused }
    ))[];
}

/** `POST api/reassign?thread&run&id`. */
export interface Reassigning {
  readonly assignees: readonly string[];
}

/** 200: the question as it is now. 202 `queued`: it is passed on once a worker is up. */
export type Reassigned =
  | { readonly outcome: 'reassigned'; readonly item: Item }
  | {
      readonly outcome: 'queued';
      /** A sentence that says what it waits for. */
      readonly why: string;
    };

/** `POST api/shown?thread&run&id`: the page has shown the question to the person. */
export interface Showing {
  readonly digest: string;
}

/** Why a request was refused: the body of every status from 400 on. */
export interface Refused {
  readonly error: ProblemCode;
  /** A sentence for a person. */
  readonly message: string;
  /** 422: what is wrong, per field. After `decisions`, a path begins with the index of the decision: `/0/args/amount`. */
  readonly problems?: readonly Problem[];
  /** 409 and 410: how the question ended. */
  readonly ending?: Ending;
}

/** `GET api/thread?thread=…`: its story so far, for people. */
export interface Story {
  readonly thread: string;
  readonly entrypoint: string;
  readonly status: string;
  readonly startedAt: string;
  readonly closedAt?: string;
  readonly input?: unknown;
  readonly value?: unknown;
  readonly failure?: string;
  readonly webUi?: string;
  /** Whether the person who looks may read the audit of the thread. */
  readonly mayAudit?: true;
  /** Oldest first. */
  readonly events: readonly StoryEvent[];
  /** Whether there are earlier ones that are not shown. */
  readonly isCut: boolean;
}

export type StoryEvent = { readonly at: string } & (
  | {
      readonly kind: 'task';
      readonly name: string;
      readonly id: string;
      readonly state: 'running' | 'done' | 'failed';
      readonly result?: unknown;
      readonly message?: string;
    }
  | {
      readonly kind: 'asked';
      readonly id: string;
      readonly run: string;
      readonly title: string;
      readonly value: unknown;
      readonly isOpen: boolean;
    }
  | {
      readonly kind: 'answered';
      readonly id: string;
      readonly how: Ending['how'];
      readonly actor?: string;
      readonly value?: unknown;
    }
  | { readonly kind: 'voted'; readonly id: string; readonly actor: string; readonly value?: unknown }
  | { readonly kind: 'reassigned'; readonly id: string; readonly assignees: readonly string[]; readonly actor?: string }
  | { readonly kind: 'refused'; readonly id?: string; readonly actor?: string }
  /** Somebody has reset the thread: it goes on from an earlier place. */
  | { readonly kind: 'reset'; readonly reason?: string }
  | {
      readonly kind: 'message';
      readonly role: 'assistant' | 'tool';
      readonly text: string;
      readonly name?: string;
    }
);

/** `GET api/decisions?days=30`: how long questions waited, and who decides how fast. */
export interface Decisions {
  readonly since: string;
  /** Set if there were more threads than are read: it is about the newest ones. */
  readonly isCut?: true;
  /** How many answers it is about. With a quorum, each vote is one. */
  readonly count: number;
  /** Milliseconds from asked to answered. */
  readonly wait: Quantiles;
  readonly byEntrypoint: readonly ({ readonly entrypoint: string; readonly count: number } & {
    readonly wait: Quantiles;
  })[];
  readonly people: readonly Decider[];
}
export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}
export interface Decider {
  readonly actor: string;
  readonly count: number;
  readonly approved: number;
  readonly rejected: number;
  /** Milliseconds from shown to answered, of those questions whose showing is on record. */
  readonly look?: Quantiles;
  /** How many were approved in under three seconds after they were shown. */
  readonly hasty: number;
}
