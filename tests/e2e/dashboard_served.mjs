// SPDX-License-Identifier: Apache-2.0
// The dashboard of the real verifier, over real scans: login, headers, files, and its figures from the
// office to the screen. What its views do with many figures: dashboard.mjs.
// usage: dashboard_served.mjs BATCH CODEGEN VERIFIER MMDB_DIR
import fs from 'node:fs';
import path from 'node:path';
import { equal, expect, finish, launch, violations } from './browser.mjs';
import { Service } from './service.mjs';

const [batch, codegen, verifier, mmdb] = process.argv.slice(2);
if (!mmdb) {
  console.error('usage: dashboard_served.mjs BATCH CODEGEN VERIFIER MMDB_DIR');
  process.exit(2);
}
const WEEK = '2025-W02';
const SHENZHEN = '192.0.2.1';
const MUNICH = '192.0.2.33';
const service = new Service({ batch, codegen, verifier });
service.office('product', 'add', '--sku', 'YB-1', '--gtin', '06901234567892', '--name', '移动电源|Power bank');
const made = service.batch('YB-1', 'L1', ['--market', 'CN']);
service.office('batch', 'activate', made.handle, '--at', service.daysAgo(100));
const tokenOf = (name, scope) => JSON.parse(service.office('token', 'create', name, '--scope', scope, '--json')).token;
const token = tokenOf('wang', 'write');
const map = path.join(service.work, 'map.json');
fs.writeFileSync(map, JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature',
  properties: { adcode: 440000, name: '广东' }, geometry: { type: 'Polygon',
    coordinates: [[[109, 20], [109, 25], [117, 25], [117, 20], [109, 20]]] } }] }));
const { context, close } = await launch({ locale: 'en-GB', viewport: { width: 1000, height: 700 } });

const get = (url, headers = {}) => fetch(service.base + url, { redirect: 'manual', headers });
const ask = async (url) => (await get(`/v1/office/audit/${url}`, { authorization: `Bearer ${token}` })).json();

/* Ten items scanned once, and one by nine devices in two countries. */
async function scan() {
  const post = (code, address, device) => fetch(`${service.base}/v1/codes/${code}/scans`, { method: 'POST',
    headers: { 'x-forwarded-for': address, 'content-type': 'application/json' },
    body: JSON.stringify({ device: String(device).padStart(32, '0') }) });
  for (let i = 0; i < 10; i++) {
    await post(made.items[i].code, SHENZHEN, 100 + i);
  }
  for (let i = 0; i < 9; i++) {
    await post(made.items[10].code, i % 2 ? MUNICH : SHENZHEN, 200 + i);
  }
  for (let i = 0; i < 200 && (await ask('overview')).scans !== 19; i++) {
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

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
  equal((await fetch(`${service.base}/audit/`, { method: 'POST' })).status, 405, 'a post');
  for (const name of ['overview', 'geojson', 'live']) {
    equal((await get(`/v1/office/audit/${name}`)).status, 401, `${name} without a token`);
  }
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

const ready = (page) => page.waitForSelector('main:not([aria-busy]) h1');

async function open(page, query) {
  await page.goto(`${service.base}/audit/${query}`);
  await ready(page);
  for (const found of await violations(page)) {
    expect(false, `${query}: ${found}`);
  }
}

async function checkLogin(page) {
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
  await ready(page);
  equal(await page.innerText('h1'), 'Products', 'the right token leads to the view that was asked for');
  const [cookie] = await context.cookies();
  expect(cookie.httpOnly && cookie.sameSite === 'Strict', 'the cookie');
  expect(/script-src 'self'; style-src 'self'/.test(answer.headers()['content-security-policy']), 'the policy');
  equal(answer.headers()['cache-control'], 'no-store', 'the page is kept by nobody');
  await checkFiles(await answer.text());
  const evil = await fetch(`${service.base}/v1/office/alert/state`, { method: 'POST', body: '{"id":"1","state":"open"}',
    headers: { cookie: `${cookie.name}=${cookie.value}`, 'content-type': 'application/json', origin: 'https://evil.example' } });
  equal(evil.status, 401, 'a decision posted by a page of another site');
  const own = await fetch(`${service.base}/v1/office/batch/list`, { method: 'POST', body: '{}',
    headers: { cookie: `${cookie.name}=${cookie.value}`, 'content-type': 'application/json', origin: service.base } });
  equal(own.status, 401, 'a session is no token for the rest of the office');
}

/* Before the first scan: nothing is known, and nothing is said. */
async function checkEmpty(page) {
  for (const query of ['', '?bucket=day', '?view=places', '?view=places&map=china', '?view=products', '?view=batches',
    '?view=codes']) {
    await open(page, query);
    equal(await page.locator('.problem').count(), 0, `${query} without a scan`);
  }
  await open(page, '');
  equal(await page.innerText('[data-kpi=e2] .value'), '–', 'no share of nothing');
}

async function checkFigures(page) {
  await open(page, '');
  equal(await page.innerText('[data-kpi=scans] .value'), '19', 'scans');
  expect(/11 items/.test(await page.innerText('[data-kpi=scans]')), 'items');
  await page.waitForSelector('.live[data-state=on]');
  const served = async () => (await page.innerText('#verdicts tbody')).match(/Genuine, first scan\s+11\s+(\d+)/);
  equal((await served())?.[1], '11', 'first scans, in the period and live');
  await page.waitForSelector('figure canvas');
  await open(page, '?view=products');
  expect(/Power bank/.test(await page.innerText('tbody')), 'the product');
  await open(page, '?view=batches');
  expect((await page.innerText('tbody')).includes(made.handle), 'the batch');
  await open(page, '?view=places&country=CN');
  expect(/Guangdong, China/.test(await page.innerText('tbody')), 'the province by its name');
  equal(await page.locator('svg.map.tiles').count(), 1, 'tiles of provinces');
  await page.check('[name=map][value=own]', { force: true });
  await page.waitForSelector('.mapping.own svg.map path');
  equal(await page.locator('.mapping.own path.shade-few').count(), 1, 'the operator’s map, shaded by its adcode');
}

/* Test purchases come in while the verifier runs, and anchor what is sold; a file more is told at once. */
async function checkAnchor(page) {
  const buy = (name, count) => {
    const file = path.join(service.work, name);
    const at = Date.now() - 86400000;
    fs.writeFileSync(file, ['time_ms,sku,region,code,is_fake',
      ...Array.from({ length: count }, (_, i) => `${at + i},YB-1,CN-GD,${made.items[i % 10].code},${i === 0 ? 1 : 0}`), ''].join('\n'));
    service.office('test-purchase', 'import', file);
  };
  expect(/Not anchored by test purchases/.test(await page.innerText('[data-kpi=e3]')), 'a band without purchases');
  buy('few.csv', 29);
  const { basis: few, e3: band } = await ask('overview');
  equal(`${few.purchases} ${few.anchored} ${few.rho.point} ${band.point}`, '29 false null null', 'one purchase short');
  buy('more.csv', 31);
  const sales = path.join(service.work, 'sales.csv');
  fs.writeFileSync(sales, `sku,region,week,units\nYB-1,CN-GD,${WEEK},30\n`);
  service.office('sales', 'import', sales);
  const { basis, e3 } = await ask('overview');
  equal(`${basis.purchases} ${basis.anchored} ${basis.sales}`, '60 true true', 'what E3 rests on');
  expect(basis.rho.low < basis.rho.point && basis.rho.point < basis.rho.high, 'rho within its interval');
  expect(e3.anchored && e3.low <= 2 / 60 && e3.high >= 2 / 60 && e3.high < band.high, `E3 near 2 of 60: ${JSON.stringify(e3)}`);
  await open(page, '');
  expect(/Anchored by 60 test purchases/.test(await page.innerText('[data-kpi=e3]')), 'and says so');
  expect(/anchored by 60 random test purchases/.test(await page.innerText('.basis')), 'in the words below too');
  await open(page, '?lang=zh');
  expect(/由 60 次抽样购买校准/.test(await page.innerText('[data-kpi=e3]')), 'in Chinese');
  await open(page, '?lang=en');
}

/* Codes that were copied weeks ago, as history brings them in. */
async function checkCopies(page, settings) {
  await service.halt();
  service.copy(made.items.slice(20, 26).map((item) => item.code));
  await service.start(settings);
  await page.goto(`${service.base}/audit/?view=codes&level=suspect`);
  await page.fill('[name=token]', token);
  await page.keyboard.press('Enter');
  await ready(page);
  equal(await page.locator('tbody th a').count(), 6, 'copied codes');
  await page.click('tbody th a');
  await page.waitForSelector('main:not([aria-busy]) .facts');
  const shown = (await page.innerText('h1')).replace(/-/g, '');
  expect(made.items.slice(20, 26).some((item) => shown.includes(item.code)), 'one of the copied codes');
  equal(await page.locator('svg.map circle.scan').count(), 3, 'where it was scanned');
  equal(await page.locator('table tbody tr').count(), 18, 'its scans');
  for (const found of await violations(page)) {
    expect(false, `a code: ${found}`);
  }
}

async function checkLogout(page) {
  await page.click('[name=logout]');
  await page.waitForURL(/\/audit\/login/);
  await page.goto(`${service.base}/audit/`);
  expect(/\/audit\/login/.test(page.url()), 'logged out');
}

try {
  const base = fs.realpathSync(mmdb);
  const settings = `rates:\n  denied_per_minute: 100\ngeo:\n  ipv4: ${base}/flat-ipv4.mmdb\ntrusted_proxies: [127.0.0.1]\n`
    + `store:\n  checkpoint_interval_ms: 200\naudit:\n  geojson: ${map}\n`;
  await service.start(settings);
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.on('pageerror', (error) => expect(false, String(error)));
  page.on('console', (message) => expect(!/Content Security Policy/.test(message.text()), message.text()));
  await checkHeaders();
  await checkLogin(page);
  await checkEmpty(page);
  await scan();
  await checkFigures(page);
  await open(page, '');
  await checkAnchor(page);
  await checkCopies(page, settings);
  await checkLogout(page);
} finally {
  await close();
  await service.stop();
}
finish();
