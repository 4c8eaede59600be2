/** The inbox, which takes the links of the mails, and the endpoint for Slack's buttons: `node examples/approvals/serve.ts`. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { connect } from 'holdpoint/client';
import { createInbox } from 'holdpoint/inbox';
import { linkKeys, setting } from './settings.ts';
import { slackClicks } from './slack-clicks.ts';

const client = await connect();
const inbox = createInbox({
  client,
  url: setting('INBOX_URL'),
  linkKeys: linkKeys(),
  // Nobody signs in here: people come with a link. `examples/inbox` has a sign-in.
  authenticate: () => undefined,
});

const app = new Hono();
app.route('/slack/clicks', slackClicks(client, setting('SLACK_SIGNING_SECRET')));
app.all('/*', (c) => inbox.fetch(c.req.raw));
serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 8080) });
