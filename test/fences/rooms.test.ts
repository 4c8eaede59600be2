/**
 * The fences of .oxlintrc.json hold: what a room may not import is refused, by value or by type, and what it may is not.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './tsc.ts';

/** A file of each room; what it may import, what it may import the types of, and what it may not import at all. */
const ROOMS: Readonly<Record<string, readonly [values: string, types: string, nothing: string]>> = {
  'src/protocol/probe.ts': ['./names.ts', '@temporalio/common node:fs', '../client/server/errors.ts'],
  'src/workflow.ts': [
    './workflows/tasks/task.ts ./protocol/names.ts',
    '',
    './client.ts ./client/server/errors.ts @temporalio/client node:fs',
  ],
  'src/workflows/tasks/probe.ts': [
    './task.ts ../run/run.ts ../../protocol/names.ts @temporalio/workflow @temporalio/common',
    '',
    '../../activities/pass.ts ../../workflow.ts @temporalio/worker @temporalio/client openai zod node:crypto crypto',
  ],
  'src/activities/probe.ts': [
    './pass.ts ../protocol/names.ts @temporalio/activity @temporalio/common @cfworker/json-schema openai node:fs',
    '@temporalio/worker',
    '../workflows/tasks/task.ts ../worker/entrypoint-names.ts @temporalio/client @temporalio/workflow',
  ],
  'src/activities/openai/probe.ts': [
    './model.ts ../pass.ts ../../protocol/names.ts @temporalio/activity @temporalio/common @cfworker/json-schema openai node:fs',
    '@temporalio/worker',
    '../../workflows/tasks/task.ts ../../worker.ts ../../worker/entrypoint-names.ts @temporalio/client @temporalio/workflow',
  ],
  'src/worker.ts': [
    './activities/pass.ts ./worker/entrypoint-names.ts @temporalio/worker @temporalio/envconfig node:vm',
    '',
    './client.ts ./workflows/tasks/task.ts @temporalio/client',
  ],
  'src/previews.ts': ['./previews/transport.ts ./protocol/names.ts', '', './client.ts ./worker.ts @temporalio/client'],
  'src/previews/probe.ts': [
    './transport.ts ../protocol/names.ts redis node:timers/promises',
    '',
    '../client/server/errors.ts ../activities/preview.ts ../worker.ts @temporalio/common @temporalio/activity openai',
  ],
  'src/chat.ts': ['./chat/options.ts ./protocol/names.ts', '', './client.ts ./worker.ts ai hono'],
  'src/chat/probe.ts': [
    './options.ts ../protocol/names.ts ../client/tools.ts node:crypto',
    '',
    '../client/holdpoint.ts ../client.ts ../previews/transport.ts @temporalio/client ai @ag-ui/core hono zod',
  ],
  'src/web/probe.ts': [
    './problem.ts ../protocol/names.ts ../client/tools.ts node:timers',
    '',
    '../chat/options.ts ../client/holdpoint.ts ../inbox/api.ts @temporalio/client hono',
  ],
  'src/inbox.ts': ['./inbox/api.ts ./protocol/names.ts', '', './client.ts ./worker.ts hono'],
  'src/inbox/probe.ts': [
    './api.ts ../web/problem.ts ../protocol/names.ts ../client/tools.ts @remix-run/node-fetch-server @cfworker/json-schema node:crypto',
    '',
    '../chat/options.ts ../client/holdpoint.ts ../client.ts @temporalio/client hono preact',
  ],
  'src/inbox-page/form/probe.ts': [
    './answer-form.ts ../live.ts ../../protocol/form.ts preact @preact/signals micromark dompurify diff @cfworker/json-schema',
    '../../inbox/api.ts',
    '../../inbox/server.ts ../../client/tools.ts ../../web/problem.ts @temporalio/client react',
  ],
  'src/lambda.ts': [
    './worker.ts ./activities/pass.ts ./protocol/names.ts @temporalio/lambda-worker node:fs',
    '',
    './client.ts ./activity.ts ./testing.ts ./workflows/tasks/task.ts @temporalio/client @temporalio/worker',
  ],
  'src/worker/probe.ts': [
    '../activities/pass.ts',
    '',
    '../workflows/tasks/task.ts ../client/server/errors.ts @temporalio/testing',
  ],
  'src/client.ts': [
    './client/thread.ts ./client/reading/stream-modes.ts ./protocol/names.ts',
    '',
    './client/tools.ts ./worker.ts',
  ],
  'src/client/probe.ts': [
    './thread.ts ./server/errors.ts ./reading/follow.ts ./listing/report.ts ./sending/input.ts ../protocol/names.ts ' +
      '@temporalio/client @temporalio/common @temporalio/envconfig node:crypto',
    '../workflows/tasks/task.ts',
    './tools.ts ../worker.ts ../testing/server.ts ../client.ts @temporalio/worker @temporalio/common/lib/time.js',
  ],
  'src/client/server/probe.ts': [
    './errors.ts ../../protocol/names.ts @temporalio/client @temporalio/common node:net',
    '',
    '../reading/follow.ts ../listing/report.ts ../sending/input.ts ../thread.ts ../tools.ts ../../workflows/tasks/task.ts',
  ],
  'src/client/reading/probe.ts': [
    './follow.ts ../server/errors.ts ../../protocol/names.ts @temporalio/client @temporalio/common',
    '',
    '../listing/report.ts ../sending/input.ts ../thread.ts ../tools.ts ../../workflows/tasks/task.ts @temporalio/worker',
  ],
  'src/client/listing/probe.ts': [
    './report.ts ../server/errors.ts ../reading/follow.ts ../../protocol/names.ts @temporalio/client',
    '',
    '../sending/input.ts ../thread.ts ../tools.ts ../../workflows/tasks/task.ts @temporalio/envconfig',
  ],
  'src/client/sending/probe.ts': [
    './input.ts ../server/errors.ts ../reading/follow.ts ../../protocol/names.ts @temporalio/client',
    '',
    '../listing/report.ts ../thread.ts ../tools.ts ../../workflows/tasks/task.ts @temporalio/envconfig',
  ],
  'src/testing/probe.ts': [
    './server.ts ../worker.ts ../worker/running-worker.ts ../client/holdpoint.ts ../client/server/errors.ts @temporalio/testing @temporalio/worker',
    '',
    '../client/reading/follow.ts ../client/tools.ts ../workflows/tasks/task.ts ../activities/pass.ts vitest',
  ],
  'src/cli/probe.ts': [
    './table.ts ./commands/list.ts ../client/tools.ts ../protocol/names.ts @temporalio/common commander node:os',
    '',
    '../client/holdpoint.ts ../client/server/errors.ts @temporalio/client ../worker.ts ../client.ts ../workflows/tasks/task.ts ../testing/server.ts @temporalio/worker @temporalio/testing',
  ],
  'src/cli/commands/probe.ts': [
    './setup.ts ../table.ts ../../client/tools.ts ../../protocol/names.ts node:os',
    '',
    '../../client/holdpoint.ts ../../client/server/errors.ts @temporalio/client ../../worker.ts ../../workflows/tasks/task.ts ../../testing/server.ts @temporalio/worker @temporalio/testing',
  ],
  'src/cli/dev/probe.ts': [
    './watch.ts ../../testing/server.ts ../../worker.ts ../../worker/entrypoint-names.ts @temporalio/worker node:fs',
    '',
    '../table.ts ../../client/tools.ts ../../workflows/tasks/task.ts @temporalio/client',
  ],
  'src/elsewhere/probe.ts': ['', '', './names.ts node:fs'],
  'examples/one/probe.ts': [
    './activities.ts holdpoint/client @temporalio/client @langchain/core/messages zod esbuild fflate @vercel/nft @aws-sdk/client-secrets-manager node:fs',
    '',
    'holdpoint ../../src/client.ts ../../dist/client.js vitest',
  ],
};

test('each room imports what it may, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-rooms-'));
  try {
    copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    const probes = new Map<string, string>();
    for (const [file, lists] of Object.entries(ROOMS)) {
      const [values, types, nothing] = lists.map((list) => list.split(' ').filter(Boolean));
      const lines = [
        ...(values ?? []).flatMap((name) => [valueFrom(name), typeFrom(name)]),
        ...(types ?? []).flatMap((name) => [typeFrom(name), `${valueFrom(name)} // no`]),
        ...(nothing ?? []).flatMap((name) => [`${typeFrom(name)} // no`, `${valueFrom(name)} // no`]),
      ];
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), lines.join('\n'));
      for (const [i, line] of lines.entries()) probes.set(`${file}:${i + 1}`, `${file}: ${line}`);
    }
    const refused = lint(folder).map((place) => probes.get(place) ?? place);
    expect(refused.toSorted()).toEqual([...probes.values()].filter((line) => line.endsWith('// no')).toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const valueFrom = (name: string): string => `export { value } from '${name}';`;
const typeFrom = (name: string): string => `export type { Type } from '${name}';`;

/** The places where an import is refused, as `file:line`. */
function lint(folder: string): string[] {
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format', 'unix'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const places = stdout.split('\n').filter((line) => line.includes('(no-restricted-imports)'));
  return [...new Set(places.map((line) => line.split(':').slice(0, 2).join(':')))];
}
