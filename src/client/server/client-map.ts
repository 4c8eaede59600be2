/**
 * What this process holds of threads, by name, for each client. It goes with the client.
 */
import type { Client } from '@temporalio/client';

/** A map for each client, empty at first. */
export class ClientMap<Value> {
  readonly #maps = new WeakMap<Client, Map<string, Value>>();

  of(client: Client): Map<string, Value> {
    const map = this.#maps.get(client) ?? new Map<string, Value>();
    this.#maps.set(client, map);
    return map;
  }
}
