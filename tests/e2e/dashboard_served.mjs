// SPDX-License-Identifier: Apache-2.0
// The dashboard as the real verifier serves it: login, headers, files. Figures: dashboard.mjs.
// usage: dashboard_served.mjs BATCH CODEGEN VERIFIER BUILT_DIR
import { equal, expect, finish, launch, violations } from './browser.mjs';
import { Mock } from './audit_mock.mjs';
import { Service } from './service.mjs';

const [batch, codegen, verifier, built] = process.argv.slice(2);
if (!built) {
  console.error('usage: dashboard_served.mjs BATCH CODEGEN VERIFIER BUILT_DIR');
  process.exit(2);
}
const service = new Service({ batch, codegen, verifier });
const { token } = JSON.parse(service.office('token', 'create', 'wang', '--scope', 'read', '--json'));
const figures = new Mock(built);
const { context, close } = await launch({ locale: 'en-GB', viewport: { width: 1000, height: 700 } });

const get = (path, headers = {}) => fetch(service.base + path, { redirect: 'manual', headers });

async function checkHeaders() {
  const bare = await get('/audit');
  equal(bare.headers.get('location'), '/audit/', 'without its slash');
  const led = await get('/audit/?view=codes&sku=a%20b&lang=zh');
  equal(led.status, 303, 'without a session');
  equal(new URL(led.headers.get('location'), service.base).searchParams.get('next'), '/audit/?view=codes&sku=a%20b&lang=zh',
    'where the login leads back to');
  equal((await get('/audit/', { cookie: 'assay_session=AAAA' })).status, 303, 'with a made-up session');
  equal((await get('/audit/', { authorization: 'Bearer x' })).status, 303, 'a token is no session');
  equal((await get('/audit/elsewhere')).status, 404, 'another path');
  const posted = await fetch(`${service.base}/audit/`, { method: 'POST' });
  equal(posted.status, 405, 'a post');
}

async function checkFiles(html) {
  const names = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map((found) => found[1]);
  equal(names.length, 3, 'files that the page names');
  for (const name of names) {
    const sizes = {};
    for (const encoding of ['identity', 'gzip', 'br']) {
      const answer = await get(name, { 'accept-encoding': encoding });
      equal(answer.status, 200, `${name} as ${encoding}`);
      equal(answer.headers.get('content-encoding'), encoding === 'identity' ? null : encoding, `${name}'s encoding`);
      expect(/immutable/.test(answer.headers.get('cache-control')), `${name} is kept`);
      expect(/accept-encoding/.test(answer.headers.get('vary')), `${name} varies`);
      sizes[encoding] = (await answer.arrayBuffer()).byteLength;
    }
    expect(sizes.identity === sizes.gzip && sizes.gzip === sizes.br, `${name} is the same unpacked: ${JSON.stringify(sizes)}`);
  }
}

async function checkPage() {
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.on('pageerror', (error) => expect(false, String(error)));
  page.on('console', (message) => expect(!/Content Security Policy/.test(message.text()), message.text()));
  // Figures are made up; everything else is the verifier's.
  await page.route('**/v1/office/audit/**', (route) => {
    const url = new URL(route.request().url());
    const name = url.pathname.slice('/v1/office/audit/'.length);
    return name === 'live' ? route.fulfill({ contentType: 'text/event-stream', body: '' })
      : route.fulfill({ json: figures.query(name, url.searchParams) });
  });
  await page.goto(`${service.base}/audit/?view=products`);
  for (const found of await violations(page)) {
    expect(false, `the login: ${found}`);
  }
  await page.fill('[name=token]', `${token}x`);
  const [refused] = await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  equal(refused.status(), 401, 'a wrong token');
  expect(/unknown or was revoked/.test(await page.innerText('main')), 'and its words');
  await page.fill('[name=token]', token);
  const [answer] = await Promise.all([page.waitForResponse((response) => new URL(response.url()).pathname === '/audit/'),
    page.keyboard.press('Enter')]);
  await page.waitForSelector('main:not([aria-busy]) h1');
  equal(await page.innerText('h1'), 'Products', 'the right token leads to the view that was asked for');
  const [cookie] = await context.cookies();
  expect(cookie.httpOnly && cookie.sameSite === 'Strict', 'the cookie');
  expect(/script-src 'self'; style-src 'self'/.test(answer.headers()['content-security-policy']), 'the policy');
  equal(answer.headers()['cache-control'], 'no-store', 'the page is kept by nobody');
  await checkFiles(await answer.text());
  await page.waitForSelector('figure canvas');
  await page.click('[name=logout]');
  await page.waitForURL(/\/audit\/login/);
  await page.goto(`${service.base}/audit/`);
  expect(/\/audit\/login/.test(page.url()), 'logged out');
}

try {
  await service.start('rates:\n  denied_per_minute: 100\n');
  await checkHeaders();
  await checkPage();
} finally {
  await close();
  await service.stop();
  clearInterval(figures.timer);
}
finish();
