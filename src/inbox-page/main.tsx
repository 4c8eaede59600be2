/** The page of the inbox: where it begins. */
import { render } from 'preact';

render(<p>…</p>, document.querySelector('#app')!);
