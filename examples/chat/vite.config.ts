/** Builds the page from `page` into `dist`: `vite build examples/chat`. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('page', import.meta.url)),
  plugins: [react()],
  build: { outDir: '../dist', emptyOutDir: true },
});
