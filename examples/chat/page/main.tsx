import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
// oxlint-disable-next-line import/no-unassigned-import -- Vite puts it into the page.
import './style.css';

const root = document.getElementById('root');
if (!root) throw new Error('Expected index.html to have a root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
