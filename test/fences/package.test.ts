/**
 * The package as a user has it: what it brings along, what it imports, and where its documentation leads.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from './tsc.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const peers = Object.keys(manifest.peerDependencies);
const temporal = peers.filter((name) => name.startsWith('@temporalio/'));
const SPECIAL = ['@temporalio/testing', '@temporalio/lambda-worker'];

test("no package of Temporal's comes with the library: they all have the one version that the user has", () => {
  expect(Object.keys(manifest.dependencies).filter((name) => name.startsWith('@temporalio/'))).toEqual([]);
  expect(new Set(temporal.map((name) => manifest.peerDependencies[name])).size).toBe(1);
  // npm installs the newest version of a peer that the user does not list. These two come with every other one.
  const required = temporal.filter((name) => !manifest.peerDependenciesMeta[name]?.optional);
  expect(required).toEqual(['@temporalio/client', '@temporalio/common']);
});

test("the README's install line has every package of Temporal's, but those for tests and for functions", () => {
  const line = /^npm i holdpoint (.*)$/m.exec(read('README.md'))?.[1] ?? '';
  const names = line.split(' ').map((argument) => argument.replace(/@[\d.]+$/, ''));
  expect(names.toSorted()).toEqual(temporal.filter((name) => !SPECIAL.includes(name)).toSorted());
});

test('every package that the built code imports is declared, as strict package managers want it', () => {
  const files = globSync('dist/**/*.{js,d.ts}', { cwd: root });
  expect(files).not.toEqual([]);
  const imported = files.flatMap((file) =>
    [...read(file).matchAll(/(?:\bfrom|\bimport|\bimport\(|\bresolve\()\s*['"]([@\w.][^'"\s]*)['"]/g)].map(
      ([, specifier = '']) => specifier,
    ),
  );
  const packages = imported
    .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
  const declared = [...Object.keys(manifest.dependencies), ...peers];
  expect([...new Set(packages)].toSorted()).toEqual(declared.toSorted());
});

test('without `@temporalio/envconfig` one sentence says what to install; with an own connection nobody needs it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-package-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  cpSync(join(root, 'dist'), join(modules, 'holdpoint', 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(modules, 'holdpoint', 'package.json'));
  mkdirSync(join(modules, '@temporalio'));
  const installed = globSync('node_modules/{*,@*/*}', { cwd: root }).map((path) => path.replace('node_modules/', ''));
  for (const name of installed.filter((one) => !/^@[^/]+$/.test(one) && one !== '@temporalio/envconfig')) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const program = `
    import { Client, Connection } from '@temporalio/client';
    import { connect, Holdpoint } from 'holdpoint/client';
    import { runWorker } from 'holdpoint/worker';
    const say = (error) => console.log(error.message);
    await connect({ address: 'localhost:1' }).catch(say);
    await runWorker({ taskQueue: 'q', workflowsPath: 'w.js' }).catch(say);
    new Holdpoint({ client: new Client({ connection: Connection.lazy() }) }).thread('t');
    console.log('done');
  `;
  writeFileSync(join(folder, 'program.mjs'), program);
  // Where the links lead to, there is one.
  const args = ['--preserve-symlinks', '--preserve-symlinks-main', 'program.mjs'];
  const out = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim().split('\n');
  expect(out).toEqual([
    expect.stringMatching(/^Expected the package `@temporalio\/envconfig` to be installed beside holdpoint/),
    expect.stringMatching(/^Expected the package `@temporalio\/envconfig` to be installed beside holdpoint/),
    'done',
  ]);
});

test('every relative link of the documentation leads to a file, and a heading, of the package', () => {
  const packed = packedFiles();
  const pages = [...packed].filter((file) => file.endsWith('.md'));
  expect(pages).toEqual(expect.arrayContaining(['docs/setup.md', 'docs/how-to/README.md', 'docs/reference/README.md']));
  const links = pages.flatMap((page) => linksOf(page).map((link) => ({ page, link })));
  expect(links.filter(({ page, link }) => !leadsSomewhere(page, link, packed))).toEqual([]);
  // AGENTS.md is for those who have the repository.
  const all = new Set([...packed, ...globSync('{test,scripts,bench}/**', { cwd: root }), '.oxlintrc.json']);
  expect(linksOf('AGENTS.md').filter((link) => !leadsSomewhere('AGENTS.md', link, all))).toEqual([]);
});

test.each(['docs/how-to', 'docs/reference'])('the index of %s lists every page of the folder', (folder) => {
  const listed = linksOf(`${folder}/README.md`).map((link) => normalize(join(folder, link)));
  expect(listed).toEqual(expect.arrayContaining(globSync(`${folder}/!(README).md`, { cwd: root })));
});

test('every picture of docs/images is on a page', () => {
  const shown = globSync('{README.md,{docs,examples}/**/*.md}', { cwd: root }).flatMap((page) =>
    linksOf(page).map((link) => normalize(join(dirname(page), link))),
  );
  expect(shown).toEqual(expect.arrayContaining(globSync('docs/images/*', { cwd: root })));
});

function packedFiles(): ReadonlySet<string> {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  ) as readonly [{ readonly files: readonly { readonly path: string }[] }];
  return new Set(packed.files.map(({ path }) => path));
}

/** Where a page links to, and its pictures, without its code and without addresses of the web. */
function linksOf(page: string): readonly string[] {
  const text = read(page)
    .replace(/^([ \t]*)(```+)[^]*?^\1\2/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[()]/g, ''));
  const targets = [...text.matchAll(/(?:\]\(|src=")([^()"\s]+)[)"]/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string, files: ReadonlySet<string>): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  const isFolder = [...files].some((one) => one.startsWith(`${file.replace(/\/$/, '')}/`));
  if (!files.has(file) && !isFolder) return false;
  return anchor === undefined || (existsSync(join(root, file)) && anchorsOf(file).has(anchor));
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = read(page).replace(/^([ \t]*)(```+)[^]*?^\1\2/gm, '');
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
