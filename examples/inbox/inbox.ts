/** The inbox of this program. Each way to serve it imports this file. */
import { connect } from 'holdpoint/client';
import { createInbox } from 'holdpoint/inbox';
import { makeSignIn } from './sign-in.ts';

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Expected the environment variable ${name} to be set`);
  return value;
}

const url = setting('URL');

export const signIn = await makeSignIn({
  url,
  issuer: setting('OIDC_ISSUER'),
  clientId: setting('OIDC_CLIENT_ID'),
  clientSecret: setting('OIDC_CLIENT_SECRET'),
  cookieSecret: setting('COOKIE_SECRET'),
});

export const inbox = createInbox({
  client: await connect(),
  url: `${url}/inbox`,
  authenticate: signIn.authenticate,
  signInUrl: `${url}/sign-in`,
});
