import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './style.css';

const root = document.getElementById('root');
if (!root) throw new Error('Expected index.html to have a root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
