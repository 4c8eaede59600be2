/**
 * The page: the files that the build has put into `dist/inbox-page`. Nothing else is ever read from the disk.
 */
import { globSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpProblem, wrongMethod } from '../web/problem.ts';

const FOLDER = fileURLToPath(new URL('../inbox-page/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
/** The addresses of the page itself. What it shows there, it decides. */
const ROUTES: readonly string[] = ['/', '/item', '/thread', '/decisions', '/link'];
/** The names of assets have a hash of what is in them. */
const KEPT = 'public, max-age=31536000, immutable';

/** Serves the page. */
export class Page {
  readonly #base: string;
  #files: ReadonlyMap<string, Uint8Array<ArrayBuffer>> | undefined;

  /** @param base The path at which the inbox is mounted, without a slash at its end. */
  constructor(base: string) {
    this.#base = base;
  }

  /** @throws `HttpProblem`: 404, 405. */
  serve(method: string, path: string): Response {
    const isPage = ROUTES.includes(path);
    const name = isPage ? 'index.html' : path.slice(1);
    const files = (this.#files ??= readFiles(this.#base));
    const file = files.get(name);
    if (!file || (name === 'index.html' && !isPage))
      throw new HttpProblem(404, { error: 'NotFound', message: 'There is nothing at this address.' });
    if (method !== 'GET' && method !== 'HEAD') throw wrongMethod(method, 'GET');
    const headers = {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      // The page names its assets, so it must be the one of this server.
      'cache-control': name.startsWith('assets/') ? KEPT : 'no-cache',
      'content-length': String(file.byteLength),
    };
    return new Response(method === 'HEAD' ? null : file, { headers });
  }
}

function readFiles(base: string): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const names = globSync('**/*.*', { cwd: FOLDER });
  return new Map(
    names.map((name) => {
      const bytes = new Uint8Array(readFileSync(FOLDER + name));
      return [name.replaceAll('\\', '/'), name === 'index.html' ? withBase(bytes, base) : bytes];
    }),
  );
}

/** The addresses in the page are relative to where the inbox is mounted. */
function withBase(page: Uint8Array, base: string): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(page).replace('<head>', `<head>\n    <base href="${base}/" />`);
  return new TextEncoder().encode(text);
}
