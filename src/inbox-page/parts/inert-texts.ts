/**
 * What the page says is inert (W5): each text, each hint and each name for screen readers goes through `inertText`, whoever
 * wrote it. The values of controls stay as they are, because they are sent.
 */
import { options, type VNode } from 'preact';
import { inertText } from '../../protocol/inert-text.ts';

/** Call it before anything is rendered. */
export function keepTextsInert(): void {
  options.vnode = (vnode: VNode) => {
    // Preact has a text as the `props` of a node without a type.
    const node = vnode as { props: string | Record<string, string | undefined> };
    const { props } = node;
    if (typeof props === 'string') node.props = inertText(props);
    else if (typeof vnode.type === 'string') {
      for (const name of ['title', 'aria-label']) if (props[name]) props[name] = inertText(props[name]);
    }
  };
}
