/** The pictures of the page: lines in the colour of the text around them. */
import type { JSX } from 'preact';
import type { ItemKind } from '../../inbox/api.ts';

const PATHS = {
  approval: 'M12 3.5 19 6v5.5c0 4.2-2.9 7.6-7 9-4.1-1.4-7-4.8-7-9V6zM9 12l2.2 2.2L15.2 10',
  'yes or no':
    'M9.2 9.3a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1-1.4 2M12 16.9v.1M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17',
  choice: 'M10 6.5h9M10 12h9M10 17.5h9M5.5 6.5h.01M5.5 12h.01M5.5 17.5h.01',
  text: 'M5 19.2l.9-3.8L16.2 5.1a1.8 1.8 0 0 1 2.6 0l.1.1a1.8 1.8 0 0 1 0 2.6L8.6 18.1zM14 7.5l2.5 2.5',
  number: 'M9.5 4.5l-2 15M16.5 4.5l-2 15M5 9h14.5M4.5 15H19',
  form: 'M6 4.5h12v15H6zM9 9h6M9 12.5h6M9 16h3',
  any: 'M9 5c-2 0-2.5 1-2.5 2.5v2c0 1.5-.7 2.5-2 2.5 1.3 0 2 1 2 2.5v2C6.5 18 7 19 9 19M15 5c2 0 2.5 1 2.5 2.5v2c0 1.5.7 2.5 2 2.5-1.3 0-2 1-2 2.5v2c0 1.5-.5 2.5-2.5 2.5',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  search: 'M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.8 15.8 20 20',
  filter: 'M4.5 6.5h15M7.5 12h9M10.5 17.5h3',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  clock: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M12 7.5V12l3 2',
  people:
    'M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M3.5 19c.4-3 2.6-4.7 5.5-4.7s5.1 1.7 5.5 4.7M16 11.3a2.7 2.7 0 1 0-.8-5.3M16.8 14.2c2 .4 3.4 1.9 3.7 4.3',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4.5 20.5 19h-17zM12 10v4M12 16.5v.1',
  chart: 'M5 19.5V11M12 19.5v-15M19 19.5V8.5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
} as const;

export type IconName = keyof typeof PATHS;

/** What an item asks for, in words. */
export const KIND_WORDS: Readonly<Record<ItemKind, string>> = {
  approval: 'Approval',
  'yes or no': 'Yes or no',
  choice: 'Choice',
  text: 'Text',
  number: 'Number',
  form: 'Form',
  any: 'Open question',
};

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
