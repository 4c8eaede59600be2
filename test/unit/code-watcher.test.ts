/** Which changes start the worker of `holdpoint dev` again. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, test, expect, vi } from 'vitest';
import { CodeWatcher } from '../../src/cli/dev/watch.ts';

/** A folder with the two files of a worker, and the paths of the changes that were reported. */
function watched(): { folder: string; reported: string[]; watcher: CodeWatcher } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdpoint-watch-')));
  mkdirSync(join(folder, 'app'));
  mkdirSync(join(folder, 'shared'));
  const entries = ['workflows.ts', 'activities.ts'].map((name) => join(folder, 'app', name));
  for (const file of [...entries, join(folder, 'shared', 'one.ts')]) writeFileSync(file, '');
  const reported: string[] = [];
  const watcher = new CodeWatcher(entries, (path) => reported.push(path));
  onTestFinished(() => {
    watcher.close();
    rmSync(folder, { recursive: true });
  });
  return { folder, reported, watcher };
}

test('while it is not known what the worker imports, any code counts, and nothing else', async () => {
  const { folder, reported } = watched();
  // Both are seen in one go, and the last one that counts is reported.
  writeFileSync(join(folder, 'app', 'new.ts'), '1');
  writeFileSync(join(folder, 'app', 'log.txt'), '1');
  await vi.waitFor(() => expect(reported).toEqual([join(folder, 'app', 'new.ts')]));
});

test('a file that nobody imports starts nothing, and one outside the folders that is imported does', async () => {
  const { folder, reported, watcher } = watched();
  const shared = join(folder, 'shared', 'one.ts');
  watcher.expect([join(folder, 'app', 'workflows.ts'), shared]);
  writeFileSync(join(folder, 'app', 'workflows.ts'), '1');
  writeFileSync(join(folder, 'app', 'notes.ts'), '1');
  await vi.waitFor(() => expect(reported).toEqual([join(folder, 'app', 'workflows.ts')]));
  writeFileSync(shared, '1');
  await vi.waitFor(() => expect(reported).toEqual([join(folder, 'app', 'workflows.ts'), shared]));
});

test('after the worker has failed, any code counts again', async () => {
  const { folder, reported, watcher } = watched();
  watcher.expect([join(folder, 'app', 'workflows.ts')]);
  watcher.expect(undefined);
  writeFileSync(join(folder, 'app', 'later.ts'), '1');
  await vi.waitFor(() => expect(reported).toEqual([join(folder, 'app', 'later.ts')]));
});

test('folders that have gone are left out', async () => {
  const { folder, reported, watcher } = watched();
  watcher.expect([join(folder, 'gone', 'one.ts'), join(folder, 'shared', 'one.ts')]);
  rmSync(join(folder, 'app'), { recursive: true });
  watcher.expect([join(folder, 'shared', 'one.ts')]);
  writeFileSync(join(folder, 'shared', 'one.ts'), '1');
  await vi.waitFor(() => expect(reported).toEqual([join(folder, 'shared', 'one.ts')]));
});

test('a folder that is made anew is watched again', async () => {
  const { folder, reported, watcher } = watched();
  const [sub, file] = [join(folder, 'app', 'sub'), join(folder, 'app', 'sub', 'one.ts')];
  mkdirSync(sub);
  writeFileSync(file, '');
  watcher.expect([file]);
  writeFileSync(file, '1');
  await vi.waitFor(() => expect(reported).toEqual([file]));
  // As when another branch is checked out.
  rmSync(sub, { recursive: true });
  mkdirSync(sub);
  await vi.waitFor(() => expect(reported).toHaveLength(2));
  writeFileSync(file, '2');
  await vi.waitFor(() => expect(reported).toEqual([file, file, file]));
});

test('after the worker has failed, files outside the folders count if the last worker imported them', async () => {
  const { folder, reported, watcher } = watched();
  const shared = join(folder, 'shared', 'one.ts');
  watcher.expect([join(folder, 'app', 'workflows.ts'), shared]);
  watcher.expect(undefined);
  mkdirSync(join(folder, 'shared', 'unrelated'));
  writeFileSync(join(folder, 'shared', 'other.ts'), '1');
  writeFileSync(shared, '1');
  await vi.waitFor(() => expect(reported).toEqual([shared]));
});
