/**
 * The news of the inbox: what has happened, in order, for pages that come back after a broken connection.
 *
 * Only the last events are kept. The ids have the start of this process in them, so a page that comes from another process,
 * or too late, is told to load its list again.
 */
import { randomBytes } from 'node:crypto';
import type { ListedInterrupt } from '../client/tools.ts';
import type { Ending } from './api.ts';

/** Something that has happened. Who looks decides what of it is shown. */
export type News =
  | { readonly kind: 'opened'; readonly question: ListedInterrupt }
  | { readonly kind: 'changed'; readonly question: ListedInterrupt; readonly before: ListedInterrupt }
  | { readonly kind: 'closed'; readonly question: ListedInterrupt; readonly ending: Ending }
  | { readonly kind: 'server'; readonly isAway: boolean };

/** One of the news, and its id. */
export interface NewsEntry {
  readonly id: string;
  readonly news: News;
}

/** How many are kept. */
const KEPT = 500;

/** What has happened, in order. */
export class NewsLog {
  readonly #epoch = randomBytes(6).toString('base64url');
  readonly #entries: News[] = [];
  /** How many there have been. */
  #count = 0;
  #wake = Promise.withResolvers<void>();

  /** The id of the last one. */
  get at(): string {
    return this.#id(this.#count);
  }

  add(news: News): void {
    this.#entries.push(news);
    if (this.#entries.length > KEPT) this.#entries.shift();
    this.#count++;
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** What has happened after this id. `undefined` if that is not known. */
  since(id: string): readonly NewsEntry[] | undefined {
    const [, epoch, number] = /^([\w-]+)\.(\d{1,15})$/.exec(id) ?? [];
    const behind = this.#count - Number(number);
    if (epoch !== this.#epoch || behind < 0 || behind > this.#entries.length) return undefined;
    const first = this.#count - behind + 1;
    return this.#entries.slice(this.#entries.length - behind).map((news, i) => ({ id: this.#id(first + i), news }));
  }

  /** Resolves with the next one. */
  get next(): Promise<void> {
    return this.#wake.promise;
  }

  #id(count: number): string {
    return `${this.#epoch}.${count}`;
  }
}
