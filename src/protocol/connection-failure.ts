/** What gRPC says of a failed connection, without what it wraps around the system's own words. */
export function connectionFailure(details: string): string {
  return details
    .replace(/^No connection established\. Last error: /, '')
    .replace(/\s*Resolution note:.*$/s, '')
    .replace(/^Error: /, '')
    .replace(/[\s.]+$/, '');
}
