/**
 * The details of a heartbeat that carries a preview: `{ "holdpoint/preview": { … }, "holdpoint/details": [details] }`. The list
 * has what the task itself has recorded, if it has recorded anything.
 */
import type { Preview } from './preview.ts';

const PREVIEW = 'holdpoint/preview';
const DETAILS = 'holdpoint/details';

/** What rides on a heartbeat. The activity says which call it is. */
type CarriedPreview = Omit<Preview, 'call'>;

/** The details of a heartbeat, read. */
export interface PreviewDetails {
  readonly preview?: CarriedPreview;
  /** What the task itself has recorded. */
  readonly own: unknown;
}

export function encodePreviewDetails({ call: _call, ...preview }: Preview, own: unknown): unknown {
  return { [PREVIEW]: preview satisfies CarriedPreview, [DETAILS]: own === undefined ? [] : [own] };
}

export function decodePreviewDetails(details: unknown): PreviewDetails {
  if (!isEnvelope(details)) return { own: details };
  return { preview: details[PREVIEW], own: details[DETAILS][0] };
}

function isEnvelope(
  details: unknown,
): details is { readonly [PREVIEW]: CarriedPreview; readonly [DETAILS]: readonly unknown[] } {
  return typeof details === 'object' && details !== null && PREVIEW in details && DETAILS in details;
}
