/**
 * Why no Temporal server answers at an address: the sentences of `NoServer`, for clients and workers.
 */

export const REFUSED = 'the connection was refused: nothing listens there';
export const NEEDS_TLS = 'it speaks TLS, and the connection does not: set `tls`, or `TEMPORAL_TLS=true`';
export const NO_TLS = 'it does not speak TLS, and the connection does: remove `tls` and `TEMPORAL_TLS`';
export const NO_GRPC =
  'the server there does not speak gRPC, or only with TLS: check the port, `tls` and `TEMPORAL_TLS`';
export const SILENT = 'it did not answer in time';
export const NO_HOST = 'there is no host with that name';

export function untrusted(reason: string): string {
  return `TLS failed (${reason}): check the certificates and the server name`;
}

/** @param why The reason, without a full stop. */
export function noServerMessage(address: string, why: string): string {
  return `No Temporal server answers at ${address}: ${why}. Start one with \`temporal server start-dev\`, or set \`TEMPORAL_ADDRESS\` to a running one.`;
}
