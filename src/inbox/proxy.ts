/**
 * A trusted proxy: it has authenticated the person, and says who it is in a header (W3).
 *
 * The header counts only from the addresses of the proxy: anybody else could write it, too. A header that arrives twice cannot
 * be told from one with a comma in it, so the proxy must replace what a client has sent under the names of both headers.
 */
import { BlockList, isIP } from 'node:net';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import type { Actor, Authenticate, Peer } from './actor.ts';

/** Options of {@link trustedProxy}. */
export interface TrustedProxyOptions {
  /** The header with the name of the person: `x-forwarded-user`. The proxy must replace what a client has sent under this name. */
  readonly header: string;
  /**
   * The header with the names of the person's groups, with commas between them. The proxy must replace this one, too, also for
   * a person without groups: what a client has sent would count.
   *
   * @default none
   */
  readonly groupsHeader?: string | undefined;
  /** The addresses of the proxy: `10.0.0.7` or `10.0.0.0/8`. @default this machine */
  readonly from?: readonly string[] | undefined;
}

const NAMES: OptionNames<TrustedProxyOptions> = { header: true, groupsHeader: true, from: true };
const THIS_MACHINE = ['127.0.0.0/8', '::1'];

/** An authentication by a proxy. */
export type ProxyAuthenticate = Authenticate & { readonly how: 'proxy' };

/**
 * Authenticates by a header of a proxy.
 *
 * @throws `TypeError` if an option is wrong.
 */
export function trustedProxy(options: TrustedProxyOptions): ProxyAuthenticate {
  assertOptions(options, '`trustedProxy`', NAMES, { isRequired: true });
  const { header, groupsHeader, from = THIS_MACHINE } = options;
  for (const [name, value] of Object.entries({ header, groupsHeader })) {
    assertText(`\`${name}\``, value);
    if (value !== undefined && !/^[\w-]+$/.test(value))
      throw refusedOption(`\`${name}\``, 'the name of a header', value);
  }
  if (header === undefined) throw refusedOption('`header`', 'the name of a header', header);
  const proxies = readAddresses(from);
  const authenticate = (request: Request, { address }: Peer): Actor | undefined => {
    const family = isIP(address ?? '');
    if (address === undefined || family === 0 || !proxies.check(address, family === 6 ? 'ipv6' : 'ipv4'))
      return undefined;
    const actor = textOf(request.headers.get(header)).trim();
    // A header that was sent twice arrives as one: what the proxy wrote, behind what somebody else wrote.
    if (actor === '' || actor.includes(',')) return undefined;
    const groups = groupsHeader === undefined ? [] : textOf(request.headers.get(groupsHeader)).split(',');
    return { actor, groups: groups.map((one) => one.trim()).filter((one) => one !== '') };
  };
  return Object.assign(authenticate, { how: 'proxy' } as const);
}

function readAddresses(from: readonly string[]): BlockList {
  const list = new BlockList();
  if (!Array.isArray(from) || from.length === 0) throw refusedOption('`from`', 'a list of addresses', from);
  for (const one of from as readonly unknown[]) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(String(one)) ?? [];
    const family = isIP(address);
    const all = family === 6 ? 128 : 32;
    if (family === 0 || Number(bits ?? all) > all)
      throw refusedOption('an address of `from`', 'such as 10.0.0.7 or 10.0.0.0/8', one);
    list.addSubnet(address, Number(bits ?? all), family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** The bytes of a header arrive as if they were Latin-1, and most proxies write UTF-8. */
function textOf(header: string | null): string {
  if (header === null) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
