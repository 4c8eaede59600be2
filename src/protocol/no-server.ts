/**
 * Why no Temporal server answers at an address: the sentences of `NoServer`, which clients and workers share.
 */

export const REFUSED = 'the connection was refused, so nothing listens there';
export const NEEDS_TLS = 'it speaks TLS, and the connection does not: set `tls`, or `TEMPORAL_TLS=true`';
export const NO_TLS = 'it does not speak TLS, and the connection does: leave `tls` and `TEMPORAL_TLS` away';
export const NO_GRPC =
  'what listens there does not speak gRPC, or only with TLS: check the port, `tls` and `TEMPORAL_TLS`';
export const NO_HOST = 'there is no host of that name';

export function untrusted(reason: string): string {
  return `TLS failed (${reason}): check the certificates, and the name of the server`;
}

/** @param why What is known, without a full stop. */
export function noServerMessage(address: string, why: string): string {
  return `No Temporal server answers at ${address}: ${why}. Start one with \`temporal server start-dev\`, or set \`TEMPORAL_ADDRESS\` to one that runs.`;
}
