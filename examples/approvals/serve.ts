/** Serves the endpoint for the chat's replies: `CHAT_SECRET=… node examples/approvals/serve.ts 8080`. */
import { connect } from 'holdpoint/client';
import { makeReplyServer } from './chat.ts';

const secret = process.env['CHAT_SECRET'];
if (!secret) throw new Error('Expected CHAT_SECRET to be set, which the chat signs its replies with');
const client = await connect();
makeReplyServer(client, secret).listen(Number(process.argv[2] ?? 8080));
