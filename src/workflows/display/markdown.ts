/**
 * Text made safe for a Markdown page: plain text without markup, code that cannot be left, and the asker's own Markdown,
 * kept below our headings.
 */

/** Text on one line, with all markup escaped. */
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

/** What may precede a heading or a fence: quotes and list markers. */
const CONTAINERS = String.raw`(?:\s*(?:>|[-*+]\s|\d{1,9}[.)]\s))*\s{0,3}`;
const FENCE = new RegExp(`^${CONTAINERS}(\`{3,}|~{3,})`);
const HEADING = new RegExp(`^(${CONTAINERS})#{1,3}(?=\\s|$)`);
/** An underline, which makes a heading of the text above it. */
const UNDERLINE = /^[\s>]*(?:=+|-+)\s*$/;

/**
 * The asker's Markdown, with its headings below those of a question, which are of level 3. A fence that is left open is
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
