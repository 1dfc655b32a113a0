// An OpenID Connect provider for the tests of sign-in: real protocol, real keys, nothing kept.
//
// Standard input holds one JSON object:
//   client    { client_id, client_secret, redirect_uris, post_logout_redirect_uris }
//   accounts  [{ login, password, lifetime, claims }]: lifetime of the ID token in seconds;
//             claims are sub, email, email_verified, name, groups, each only where it is given
// Standard output says { issuer } once it listens, on a free port of 127.0.0.1.
// It ends when its standard input is closed, so that it never outlives who started it.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import Provider, { interactionPolicy } from 'oidc-provider';

const lines = createInterface({ input: process.stdin });
const [line] = await once(lines, 'line');
lines.on('close', () => process.exit(0));
const { client, accounts } = JSON.parse(line);

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const bySubject = (sub) => accounts.find((account) => account.claims.sub === sub);
const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const page = (title, body) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title><h1>${title}</h1>${body}</html>`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const policy = interactionPolicy.base();
policy.remove('consent'); // the office's own provider does not ask whether its own dashboard may know a name
policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);

const provider = new Provider(issuer, {
  clients: [client],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'groups'],
  },
  conformIdTokenClaims: false, // claims in the ID token, as Keycloak and Microsoft Entra send them
  cookies: { keys: [randomUUID()] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = page(
          'End the session?',
          `${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">End it</button>`,
        );
      },
    },
  },
  findAccount: (_, sub) => {
    const account = bySubject(sub);
    return account && { accountId: sub, claims: () => account.claims };
  },
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
  renderError(ctx, out) {
    ctx.type = 'html';
    ctx.body = page('Refused', `<p>${escape(out.error)}: ${escape(out.error_description)}</p>`);
  },
  ttl: {
    AccessToken: 60,
    AuthorizationCode: 60,
    Grant: 3600,
    Interaction: 600,
    Session: 3600,
    IdToken: (ctx) => bySubject(ctx.oidc.account.accountId).lifetime,
  },
});

function ask(details, remark = '') {
  const known = details.session && bySubject(details.session.accountId);
  const body = known
    ? `<form method="post"><button name="account" value="${escape(known.login)}">Continue as ${escape(known.login)}</button></form>`
    : `<form method="post"><label>Account <input name="login"></label>
       <label>Password <input name="password" type="password"></label><button>Continue</button></form>`;
  return page(known ? 'Choose an account' : 'Sign in at the provider', `<p>${remark}</p>${body}`);
}

async function interact(request, response) {
  const details = await provider.interactionDetails(request, response);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  if (request.method !== 'POST') return response.end(ask(details));

  let sent = '';
  for await (const part of request) sent += part;
  const form = new URLSearchParams(sent);
  const known = details.session && bySubject(details.session.accountId);
  const account = form.has('account')
    ? known
    : accounts.find((a) => a.login === form.get('login') && a.password === form.get('password'));
  if (!account) return response.end(ask(details, 'No such account or password.'));
  return provider.interactionFinished(
    request,
    response,
    { login: { accountId: account.claims.sub }, select_account: {} },
    { mergeWithLastSubmission: false },
  );
}

const callback = provider.callback();
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return callback(request, response);
  return interact(request, response).catch((error) => {
    response.statusCode = 400;
    response.end(page('Refused', `<p>${escape(error.message)}</p>`));
  });
});
console.log(JSON.stringify({ issuer }));
