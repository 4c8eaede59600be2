/**
 * Markdown as elements of the page, inert whatever it holds (W5).
 *
 * HTML in it is shown as text. What micromark makes of the rest passes DOMPurify, with a short list of elements and no
 * attribute that could name or style anything. The elements are made in a document without a window, where no image loads,
 * and changed there: an image becomes a link to it, since the page gets nothing from elsewhere.
 */
import DOMPurify from 'dompurify';
import { micromark } from 'micromark';
import { gfmAutolinkLiteral, gfmAutolinkLiteralHtml } from 'micromark-extension-gfm-autolink-literal';
import { gfmStrikethrough, gfmStrikethroughHtml } from 'micromark-extension-gfm-strikethrough';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';
import { inertText } from '../../protocol/inert-text.ts';

/** A longer text is shown as it was written: it would hold up the page. */
const MAX_CHARACTERS = 100_000;
/** So is a text with more of these. Each of them may belong to each other one, so the time grows with their square. */
const MAX_MARKS = 4_000;
const MARK = /[*_~[\]]/g;
const TAGS = 'p br hr blockquote ul ol li h1 h2 h3 h4 h5 h6 pre em strong del code a img table thead tbody tr th td';
const BLOCKS = 'p, li, h3, h4, h5, h6, td, th, blockquote';

export function toFragment(text: string): DocumentFragment {
  if (text.length > MAX_CHARACTERS || (text.match(MARK)?.length ?? 0) > MAX_MARKS) return asWritten(text);
  const html = micromark(inertText(text), {
    extensions: [gfmTable(), gfmStrikethrough(), gfmAutolinkLiteral()],
    htmlExtensions: [gfmTableHtml(), gfmStrikethroughHtml(), gfmAutolinkLiteralHtml()],
  });
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS.split(' '),
    ALLOWED_ATTR: ['href', 'src', 'alt', 'start', 'align'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const image of fragment.querySelectorAll('img')) replaceImage(image);
  for (const link of fragment.querySelectorAll('a')) openElsewhere(link);
  for (const heading of fragment.querySelectorAll('h1, h2, h3, h4, h5, h6')) lower(heading);
  for (const table of fragment.querySelectorAll('table')) wrapTable(table);
  for (const block of fragment.querySelectorAll(BLOCKS)) block.setAttribute('dir', 'auto');
  return fragment;
}

function asWritten(text: string): DocumentFragment {
  const fragment = new DocumentFragment();
  const pre = document.createElement('pre');
  pre.textContent = inertText(text);
  fragment.append(pre);
  return fragment;
}

function replaceImage(image: HTMLImageElement): void {
  const [source, alternative] = [image.getAttribute('src'), image.getAttribute('alt')];
  const text = alternative || source || 'image';
  // A link in a link would take it apart.
  if (!source || image.closest('a')) return image.replaceWith(text);
  const link = image.ownerDocument.createElement('a');
  link.setAttribute('href', source);
  link.textContent = `${text} (image)`;
  image.replaceWith(link);
}

function openElsewhere(link: HTMLAnchorElement): void {
  // Its address was refused.
  if (!link.getAttribute('href')) return link.replaceWith(...link.childNodes);
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
}

/** The page has the first two levels. */
function lower(heading: Element): void {
  const level = Math.min(6, Number(heading.tagName.slice(1)) + 2);
  const lowered = heading.ownerDocument.createElement(`h${level}`);
  lowered.append(...heading.childNodes);
  heading.replaceWith(lowered);
}

/** A wide table scrolls in its own box, also with the keyboard. */
function wrapTable(table: HTMLTableElement): void {
  const box = table.ownerDocument.createElement('div');
  box.className = 'markdown-table';
  box.setAttribute('tabindex', '0');
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', 'Table');
  table.replaceWith(box);
  box.append(table);
}
