/** Builds the page into `dist/inbox-page`. Its addresses are relative: the server says where it is, in the `base` element. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/inbox-page',
    emptyOutDir: true,
    // Nothing is inlined: the content security policy lets in files of this server only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
