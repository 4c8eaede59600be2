/**
 * Markdown that the Web UI shows as it is meant: text that says nothing to Markdown, code that stays code, and the
 * asker's own Markdown, which may not look like ours.
 */

/** Text on one line, with nothing in it that Markdown reads. */
export function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]()#+!|<>~]/g, '\\$&');
}

/** Code within a line. */
export function inline(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  const isPadded = text.startsWith('`') || text.endsWith('`');
  const padding = isPadded ? ' ' : '';
  return `${fence}${padding}${oneLine(text)}${padding}${fence}`;
}

/** A fence longer than any run of backticks inside, so that the text cannot leave it. */
export function block(text: string): string {
  const fence = '`'.repeat(Math.max(2, longestRun(text)) + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** What may stand in front of a heading or a fence: quotes and the marks of a list. */
const CONTAINERS = String.raw`(?:\s*(?:>|[-*+]\s|\d{1,9}[.)]\s))*\s{0,3}`;
const FENCE = new RegExp(`^${CONTAINERS}(\`{3,}|~{3,})`);
const HEADING = new RegExp(`^(${CONTAINERS})#{1,3}(?=\\s|$)`);
/** A line that makes the text above it a heading. */
const UNDERLINE = /^[\s>]*(?:=+|-+)\s*$/;

/**
 * The asker's Markdown, with headings of level 4 at most: a question's own is of level 3. A fence that is left open is
 * closed, because the next question follows.
 */
export function nested(markdown: string): string {
  let fence = '';
  let above = '';
  const lines = markdown.split('\n').map((line) => {
    const mark = FENCE.exec(line)?.[1] ?? '';
    const isText = fence === '' && mark === '';
    if (fence === '') fence = mark;
    else if (mark.startsWith(fence)) fence = '';
    const isUnderline = isText && UNDERLINE.test(line) && above.trim() !== '';
    above = isText ? line : '';
    if (!isText) return line;
    if (isUnderline) return '';
    return line.replace(HEADING, '$1####').replace(/<(\/?)h[1-3]\b/gi, '<$1h4');
  });
  return fence === '' ? lines.join('\n') : [...lines, fence].join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
