/** gRPC's text about a failed connection, reduced to the system's own words. */
export function connectionFailure(details: string): string {
  return details
    .replace(/^No connection established\. Last error: /, '')
    .replace(/\s*Resolution note:.*$/s, '')
    .replace(/^Error: /, '')
    .replace(/[\s.]+$/, '');
}
