/**
 * What becomes of a tool call before the function of the tool runs (R8).
 *
 * The first pass of the task decides: it reads the call and asks the policy. If a person has to approve, the pass ends with
 * the question, and the history has it. A later pass does not ask the policy again. Either it has the answer to that
 * question, or the call was let through, and the tool itself has asked. So policies, schemas and tools may change while a
 * question is open.
 */
import { asyncLocalStorage, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { approval, type Decision } from '../../protocol/approval.ts';
import { ofNoCall } from '../../protocol/ask-options.ts';
import type { CallContext } from '../../protocol/call-context.ts';
import type { CallDecision } from '../../protocol/call-decision.ts';
import { defined } from '../../protocol/defined.ts';
import { resolveInterrupt } from '../../protocol/interrupt-options.ts';
import type { ToolCall } from '../../protocol/messages.ts';
import { isOver, type Remembered } from '../../protocol/remembered.ts';
import type { Asked, Problem } from '../../protocol/shapes.ts';
import { checkArguments, readArguments, readCall, type ReadCall, type ToolSettings } from '../../protocol/tools.ts';
import { isTaskCancelled } from '../cancelled.ts';
import { nonRetryable } from '../failure.ts';
import { interrupt } from '../interrupt.ts';
import { currentPass, outsidePass, type Pass, type TakenAnswer } from '../pass.ts';
import { CallFacts, type GivenCall } from './call-facts.ts';

/** What becomes of a call. */
export type Settled =
  | {
      readonly kind: 'run';
      readonly tool: ToolSettings;
      /** The arguments as the schema parsed them. */
      readonly args: unknown;
      readonly decision?: CallDecision;
    }
  | {
      readonly kind: 'told';
      /** What the model is told. */
      readonly content: string;
      readonly decision?: CallDecision;
      /** Set if a person gave the result in place of the tool. */
      readonly isResult?: true;
    }
  | { readonly kind: 'needs messages' };

type Tools = ReadonlyMap<string, ToolSettings>;
type FittingCall = ReadCall & { readonly kind: 'fits' };
/** What a person is asked about a call. */
type Question = ReturnType<typeof questionAbout>;

export async function settleCall(tools: Tools, given: GivenCall): Promise<Settled> {
  const { call, context } = given;
  const pass = currentPass();
  const question = questionAbout(call);
  const taken = question && pass?.take(question);
  if (pass && taken) return new Answered({ tools, given, question, pass }).settle(taken);
  const read = readCall(tools, call);
  const noted = defined({ decision: pass?.decision });
  if (read.kind === 'wrong') return { kind: 'told', content: read.sentence, ...noted };
  const { tool, args } = read;
  if (context.isApproved || (pass && !pass.isFirst)) return { kind: 'run', tool, args, ...noted };
  const facts = new CallFacts(given);
  try {
    return await decide(read, { facts, context, question });
  } catch (error) {
    if (!facts.lackMessages) throw error;
    return needsMessages(tool, context);
  }
}

/** The question is found again by this value alone (I7). A call whose arguments are not JSON is never asked about. */
function questionAbout(
  call: ToolCall,
): { readonly tool: string; readonly args: unknown; readonly call: string } | undefined {
  const read = readArguments(call);
  return 'sent' in read ? { tool: call.function.name, args: read.sent, call: call.id } : undefined;
}

interface FirstPass {
  readonly facts: CallFacts;
  readonly context: CallContext;
  readonly question: Question;
}

async function decide({ tool, args }: FittingCall, { facts, context, question }: FirstPass): Promise<Settled> {
  const verdict = await judge(tool, args, facts);
  if (verdict === 'allow') return { kind: 'run', tool, args };
  if (verdict !== 'ask') return denied(verdict.deny);
  const { remembered } = context;
  if (remembered && offers(tool, remembered)) return asRemembered({ tool, args }, remembered);
  const options = await questionOptions({ tool, args, facts, context });
  // The first pass has no answers, so this throws, and the task ends with the question.
  await interrupt(question, options);
  throw ApplicationFailure.nonRetryable('Expected a first pass to have no answer');
}

/** @throws What the policy threw because it lacks the messages, or because the task is cancelled. */
async function judge(
  { name, approval: policy }: ToolSettings,
  args: unknown,
  facts: CallFacts,
): Promise<'allow' | 'ask' | { readonly deny: string | undefined }> {
  if (typeof policy !== 'function') return policy === 'deny' ? { deny: undefined } : policy;
  let verdict: unknown;
  try {
    // A question of the policy would be answered in a later pass, which does not ask the policy.
    verdict = await outsidePass(() => policy(args, facts));
  } catch (error) {
    if (facts.lackMessages || isTaskCancelled()) throw error;
    log.warn(`The approval policy of tool \`${name}\` failed, so a person is asked`, { error });
    return 'ask';
  }
  facts.assertMessages();
  if (verdict === 'allow' || verdict === false) return 'allow';
  if (verdict === 'deny') return { deny: undefined };
  const reason: unknown = typeof verdict === 'object' && verdict !== null && 'deny' in verdict ? verdict.deny : false;
  // Anything else asks: a mistake in a policy lets nothing through.
  return reason === false ? 'ask' : { deny: typeof reason === 'string' ? reason : undefined };
}

function denied(reason: string | undefined): Settled {
  const decision: CallDecision = { type: 'deny', how: 'policy', at: now(), ...defined({ reason }) };
  return { kind: 'told', content: refusal('is not allowed', reason), decision };
}

function refusal(what: string, reason: string | undefined): string {
  return `Error: this call ${what} and did not run${reason ? `: ${reason}` : ''}`;
}

/** A tool may offer less than it did when the decision was made. A decision is about the tool of one task. */
function offers({ ask }: ToolSettings, remembered: Remembered): boolean {
  const task = asyncLocalStorage.getStore()?.info.activityType;
  // A unit test has no activity.
  const isOfTask = task === undefined || remembered.id.startsWith(`${task}:`);
  // The call may have waited for a worker.
  if (!isOfTask || isOver(remembered, Date.now())) return false;
  return ask.remember.includes(remembered.args === undefined ? 'tool' : 'arguments');
}

function asRemembered({ tool, args }: Pick<FittingCall, 'tool' | 'args'>, remembered: Remembered): Settled {
  const { id, type, at, actor, reason } = remembered;
  const decision: CallDecision = { type, how: 'remembered', at, question: id, ...defined({ actor, reason }) };
  const pass = currentPass();
  if (pass) pass.decision = decision;
  return type === 'approve'
    ? { kind: 'run', tool, args, decision }
    : { kind: 'told', content: refusal('was rejected', reason), decision };
}

interface QuestionSettings {
  readonly tool: ToolSettings;
  readonly args: unknown;
  readonly facts: CallFacts;
  readonly context: CallContext;
}

async function questionOptions({ tool, args, facts, context }: QuestionSettings) {
  const { assignees, title, description, confirm, decisions, remember, ...rest } = tool.ask;
  const remembers = context.handles?.includes('remember') === true;
  const options = {
    ...rest,
    ...defined({
      assignees: await facts.evaluate(assignees, args),
      title: (await facts.evaluate(title, args)) ?? `Approve ${tool.name}?`,
      description: (await facts.evaluate(description, args)) ?? tool.description,
      confirm: await facts.evaluate(confirm, args),
      group: context.group,
    }),
    // Nobody is offered to be remembered by a loop that does not do it.
    schema: approval(tool.schema, { decisions, remember: remembers ? remember : [] }),
  };
  facts.assertMessages();
  return options;
}

interface AnsweredCall {
  readonly tools: Tools;
  readonly given: GivenCall;
  readonly question: NonNullable<Question>;
  readonly pass: Pass;
}

/** A call about which a person was asked in an earlier pass. The workflow has checked the answer against its schema (A5). */
class Answered {
  readonly #answered: AnsweredCall;

  constructor(answered: AnsweredCall) {
    this.#answered = answered;
  }

  settle({ id, answer }: TakenAnswer): Promise<Settled> | Settled {
    if (!answer) {
      const reason = 'nobody decided in time';
      const decision: CallDecision = { type: 'reject', how: 'expired', at: now(), question: id, reason };
      return { kind: 'told', content: refusal('was rejected', reason), decision };
    }
    const { actor, at, how } = answer;
    const made = { how, at, question: id, ...defined({ actor }) };
    const given = answer.value as Decision;
    switch (given.type) {
      case 'approve':
        return this.#run(this.#answered.given.call, { ...made, ...given });
      case 'edit':
        return this.#edit(given.args, { ...made, ...given });
      case 'reject':
        return { kind: 'told', content: refusal('was rejected', given.reason), decision: { ...made, ...given } };
      case 'respond':
        return { kind: 'told', content: given.text, decision: { ...made, type: given.type }, isResult: true };
      default:
        return given satisfies never;
    }
  }

  /** The tool or its schema may have changed since the question: then the model is told. */
  #run(call: ToolCall, decision: CallDecision): Settled {
    const read = readCall(this.#answered.tools, call);
    if (read.kind === 'wrong') return { kind: 'told', content: read.sentence, decision };
    return { kind: 'run', tool: read.tool, args: read.args, decision };
  }

  /**
   * Whoever writes arguments approves them. The question is asked again if they do not fit the schema, or if the policy
   * denies what this person wants. If the tool has asked since, an earlier pass has let them through.
   */
  async #edit(edited: unknown, decision: CallDecision): Promise<Settled> {
    const { tools, given, question, pass } = this.#answered;
    const { call } = given;
    const written = { ...call, function: { ...call.function, arguments: JSON.stringify(edited) } };
    const tool = tools.get(question.tool);
    if (!tool || pass.hasMore()) return this.#run(written, decision);
    const editor = defined({ actor: decision.actor });
    const problems = await this.#problems(tool, edited, new CallFacts(given, editor));
    if (problems.length === 0) return this.#run(written, decision);
    const options = await this.#optionsAgain(tool, new CallFacts(given, editor));
    const asked: Asked = nonRetryable(() => resolveInterrupt(question, options).asked);
    return pass.askAgain(asked, { id: decision.question!, problems });
  }

  async #problems(tool: ToolSettings, edited: unknown, facts: CallFacts): Promise<readonly Problem[]> {
    const checked = checkArguments(tool, edited);
    if ('problems' in checked) return checked.problems.map(({ path, message }) => ({ path: `/args${path}`, message }));
    try {
      const verdict = await judge(tool, checked.value, facts);
      if (typeof verdict === 'string') return [];
      return [{ path: '/args', message: verdict.deny ?? 'The policy of the tool denies these arguments' }];
    } catch (error) {
      if (!facts.lackMessages) throw error;
      // They are sent only to a first pass. What the policy has not seen does not run.
      return [{ path: '/args', message: 'The policy of the tool cannot judge an edit here: decide without one' }];
    }
  }

  /** The question is still about the arguments that an approval runs, and not about the edit. */
  async #optionsAgain(tool: ToolSettings, facts: CallFacts): Promise<Awaited<ReturnType<typeof questionOptions>>> {
    const { tools, given } = this.#answered;
    const { call, context } = given;
    const read = readCall(tools, call);
    try {
      if (read.kind === 'fits') return await questionOptions({ tool, args: read.args, facts, context });
    } catch (error) {
      if (!facts.lackMessages) throw error;
    }
    // No function can be asked: the arguments do not fit a new schema, or the messages are missing.
    const fixed = { ...tool, ask: ofNoCall(tool.ask) };
    return questionOptions({ tool: fixed, args: undefined, facts: new CallFacts(given), context });
  }
}

function needsMessages({ name }: ToolSettings, { handles }: CallContext): Settled {
  if (handles?.includes('messages')) return { kind: 'needs messages' };
  throw ApplicationFailure.nonRetryable(
    `Expected \`callTool\` to get the messages, because tool \`${name}\` decides by them: pass them as its third argument`,
    'TypeError',
  );
}

function now(): string {
  return new Date().toISOString();
}
