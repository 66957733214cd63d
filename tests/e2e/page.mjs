// SPDX-License-Identifier: Apache-2.0
// The buyer's page of the real verifier in Chromium: each buyer is a browser context of its own.
// usage: page.mjs BATCH CODEGEN VERIFIER MMDB_DIR     (paths of the programs, of test databases)
import { equal, expect, finish, launch, overflow, violations } from './browser.mjs';
import { Service } from './service.mjs';

const [batch, codegen, verifier, mmdb] = process.argv.slice(2);
if (!mmdb) {
  console.error('usage: page.mjs BATCH CODEGEN VERIFIER MMDB_DIR');
  process.exit(2);
}
const SHENZHEN = '192.0.2.1';
const MUNICH = '192.0.2.33';

const service = new Service({ batch, codegen, verifier });
const { context: root, close } = await launch();
const browser = root.browser();
const problems = [];

/** Somebody with a browser: language, address, and what else the context is given. */
async function buyer(options = {}) {
  const { address = SHENZHEN, ...rest } = options;
  const context = await browser.newContext({
    locale: 'en-GB', viewport: { width: 390, height: 844 },
    extraHTTPHeaders: { 'X-Forwarded-For': address }, ...rest,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) {
      problems.push(message.text());
    }
  });
  return page;
}

const open = (page, path) => page.goto(service.base + path);
const verdict = async (page) => (await page.waitForSelector('[data-verdict]'))
  .getAttribute('data-verdict');

/** The bodies of the scans that a page posts from now on. */
function posts(page) {
  const bodies = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') {
      bodies.push(request.postDataJSON());
    }
  });
  return bodies;
}

async function see(page, path, wanted, what) {
  await open(page, path);
  equal(await verdict(page), wanted, what);
  for (const found of await violations(page)) {
    expect(false, `${what}: ${found}`);
  }
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await overflow(page) <= 0, `${what} fits 320 pixels`);
  await page.setViewportSize({ width: 390, height: 844 });
}

async function enterPin(page, pin) {
  await page.fill('#pin', pin);
  await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.click('form:has(#pin) button'),
  ]);
}

async function checkFirstAndSecond({ code, pin }) {
  const first = await buyer({ locale: 'zh-CN' });
  const bodies = posts(first);
  await see(first, `/${code}`, 'genuine', 'a first scan');
  expect(/正品：这是首次查询。/.test(await first.innerText('#verdict')), 'the sentence in Chinese');
  expect(/中国 广东 Shenzhen/.test(await first.innerText('#more')), 'where it was first scanned');
  expect(/IP geolocation by DB-IP/.test(await first.innerText('footer')), 'where places come from');
  await first.click('header a');
  equal(await verdict(first), 'genuine', 'in the other language');
  equal(await first.getAttribute('html', 'lang'), 'en', 'the other language');
  await first.reload();
  equal(await verdict(first), 'genuine', 'after a reload');
  equal(new Set(bodies.map((body) => body.scan_id)).size, 1, 'scan_ids of one scan');
  expect(bodies.every((body) => /^[0-9a-f]{32}$/.test(body.device)), 'a device');
  expect(bodies.every((body) => !('position' in body)), 'no position unasked');
  equal(service.item(code).scans, 1, 'scans after reloads');

  const second = await buyer();
  await see(second, `/${code}`, 'genuine_seen', 'another device');
  expect(/Shenzhen, Guangdong, China/.test(await second.innerText('#verdict')), 'the first place');
  await enterPin(second, pin.startsWith('0') ? `1${pin.slice(1)}` : `0${pin.slice(1)}`);
  equal(await verdict(second), 'pin_wrong', 'a wrong PIN');
  await enterPin(second, ` ${pin.slice(0, 4).toLowerCase()}-${pin.slice(4)}`);
  equal(await verdict(second), 'confirmed', 'the right PIN');
  equal(await second.evaluate('document.activeElement.tagName'), 'H1', 'what has the focus');
  expect(/Genuine, confirmed/.test(await second.title()), 'the title says the verdict');
  await first.reload();
  await verdict(first);
  const third = await buyer();
  await see(third, `/${code}`, 'genuine_seen', 'a third device');
  await enterPin(third, pin);
  equal(await verdict(third), 'suspect', 'a PIN used by another device');
  expect(/already used on another device/.test(await third.innerText('#verdict')), 'the reason');
}

/* Two scans far apart are no proof; many, on many items of a batch, are. */
async function checkCopy({ code }, copied) {
  for (const [address, wanted] of [[SHENZHEN, 'genuine'], [MUNICH, 'genuine_seen']]) {
    const page = await buyer({ address });
    await see(page, `/${code}`, wanted, `a code seen in two places, from ${address}`);
  }
  const page = await buyer({ address: SHENZHEN });
  await see(page, `/${copied.code}`, 'suspect', 'a copied code');
  expect(await page.locator('#verdict ul li').count() > 0, 'why it is suspect');
  expect(/is it C1\?/.test(await page.innerText('#verdict')), 'what to compare');
}

async function checkThrottle({ code }) {
  const page = await buyer();
  await see(page, `/${code}`, 'genuine', 'before guessing');
  for (let i = 0; i < 5; i++) {
    await enterPin(page, '00000000');
    equal(await verdict(page), 'pin_wrong', `guess ${i + 1}`);
  }
  await enterPin(page, '00000000');
  await page.waitForSelector('text=/Too many tries. Please wait \\d+ seconds/');
  expect(await page.isEnabled('form:has(#pin) button'), 'the button comes back');
}

async function checkForms({ code }) {
  const page = await buyer();
  await see(page, `/${code}`, 'genuine', 'before registering');
  await page.click('details:has(#name) summary');
  await page.fill('#name', '张三 "<b>"');
  await page.fill('#phone', '+86 138-0000-0000');
  await page.fill('#bought_on', '2020-01-01');
  await page.click('details:has(#name) button');
  equal(await page.locator('details:has(#name) .status').innerText(), '', 'no consent, nothing sent');
  await page.check('[name=consent]');
  await page.fill('#bought_on', '');
  await page.click('details:has(#name) button');
  await page.waitForSelector('text=Registered: the warranty lasts until');
  equal(await page.locator('#name').count(), 0, 'forms of a registration that is made');
  equal(service.item(code).warranty.registered, true, 'registered');
  await page.click('details:has(#where) summary');
  await page.fill('#where', 'night market <script>');
  await page.fill('#text', 'smells\nbad');
  await page.click('details:has(#where) button');
  await page.waitForSelector('text=The brand has received your report.');
  await page.reload();
  await verdict(page);
  await page.click('details:has(#phone) summary');
  await page.fill('#phone', '999999');
  await page.click('details:has(#phone) button');
  await page.waitForSelector('text=There is no warranty registration');
  await page.fill('#phone', '8613800000000');
  await page.click('details:has(#phone) button');
  await page.waitForSelector('text=Reference:');
}

async function checkNoScript({ code, pin }) {
  const page = await buyer({ javaScriptEnabled: false });
  await open(page, `/${code}`);
  equal(await page.locator('[data-verdict]').count(), 0, 'verdicts of a look');
  equal(service.item(code).scans, 0, 'scans of a look');
  await page.click('form[data-form=scan] button');
  equal(await verdict(page), 'genuine', 'without script');
  await page.fill('#pin', pin);
  await page.click('form:has(#pin) button');
  equal(await verdict(page), 'confirmed', 'a PIN without script');
  await page.click('details:has(#name) summary');
  await page.fill('#name', 'Li');
  await page.fill('#phone', '12345');
  await page.check('[name=consent]');
  await page.click('details:has(#name) button');
  await page.waitForSelector('text=Registered: the warranty lasts until');
  await page.click('text=Check again');
  equal(page.url(), `${service.base}/${code}?lang=en`, 'back at the item');
  await open(page, '/');
  await page.fill('#code', code.slice(0, 19));
  await page.click('form[data-form=code] button');
  equal(await verdict(page), 'malformed', 'a code that is too short');
  expect(/Characters missing: 1\./.test(await page.innerText('#verdict')), 'the hint');
  await page.fill('#code', service.grouped);
  await page.click('form[data-form=code] button');
  expect(await page.locator('form[data-form=scan]').count() === 1, 'the typed code opens its page');
}

async function checkNetwork({ code }) {
  const page = await buyer();
  const bodies = posts(page);
  let tries = 0;
  await page.route('**/scans*', async (route) => {
    tries += 1;
    if (tries === 1) {
      await route.abort('connectionreset');
    } else if (tries === 2) {
      await route.fetch(); /* it arrives, its answer is lost */
      await route.abort('timedout');
    } else if (tries === 3) {
      await route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, body: '{}' });
    } else {
      await route.continue();
    }
  });
  await see(page, `/${code}`, 'genuine', 'after a bad network');
  equal(bodies.length, 4, 'tries');
  equal(new Set(bodies.map((body) => JSON.stringify(body))).size, 1, 'what was tried');
  equal(service.item(code).scans, 1, 'scans of four tries');
}

async function checkSeen({ code }) {
  const page = await buyer();
  await page.addInitScript(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => window.state || 'hidden' });
  });
  const bodies = posts(page);
  await open(page, `/${code}`);
  await page.waitForTimeout(400);
  equal(bodies.length, 0, 'scans of a page that nobody sees');
  await page.evaluate(() => {
    window.state = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    document.dispatchEvent(new Event('visibilitychange'));
  });
  equal(await verdict(page), 'genuine', 'once it is seen');
  equal(bodies.length, 1, 'scans once it is seen');
}

async function checkNoStorage({ code }) {
  const page = await buyer();
  await page.addInitScript(() => {
    for (const area of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, area, { get: () => { throw new Error('refused'); } });
    }
  });
  const bodies = posts(page);
  await see(page, `/${code}`, 'genuine', 'without storage');
  expect(!('device' in bodies[0]), 'a device without storage');
}

async function checkTap({ code }) {
  const page = await buyer({ permissions: ['geolocation'],
    geolocation: { latitude: 22.5431, longitude: 114.0579, accuracy: 12.3 } });
  const bodies = posts(page);
  await open(page, `/${code}`);
  await page.waitForTimeout(400);
  equal(bodies.length, 0, 'scans before the tap');
  await page.check('[data-share] input');
  await page.click('form[data-form=scan] button');
  equal(await verdict(page), 'genuine', 'after the tap');
  equal(JSON.stringify(bodies[0].position), '{"lat":22.5,"lon":114.1,"accuracy_m":13}', 'position');
}

async function checkLinks([{ code }, other]) {
  const page = await buyer();
  await see(page, `/01/06901234567892/21/${code}`, 'genuine', 'a GS1 link');
  const wrong = await buyer();
  await see(wrong, `/01/04006381333931/21/${other.code}`, 'not_issued', 'another GTIN');
  equal(await wrong.getAttribute('header a', 'href'),
    `/01/04006381333931/21/${other.code}?lang=zh`, 'the other language');
  const lot = await buyer();
  await see(lot, `/01/06901234567892/10/L9/21/${other.code}`, 'suspect', 'another lot');
  expect(/lot on the label/.test(await lot.innerText('#verdict')), 'the lot as reason');
}

async function checkStates(sale) {
  const [recalled, cancelled] = sale.items.slice(20, 22);
  service.office('batch', 'recall', sale.handle, '--range', '20-20', '--reason', 'Cells <overheat>.');
  service.office('batch', 'void', sale.handle, '--range', '21-21', '--reason', 'Labels lost.');
  const page = await buyer();
  await see(page, `/${recalled.code}`, 'recalled', 'a recalled item');
  expect(/Cells <overheat>\./.test(await page.innerText('#verdict')), 'the reason of a recall');
  await see(page, `/${cancelled.code}`, 'void', 'a cancelled item');
  const leaked = service.batch('YB-10400', 'L2');
  await see(page, `/${leaked.items[0].code}`, 'not_on_sale', 'an item not on sale');
  const old = service.batch('YB-10400', 'L3', ['--expires', '2020-01-31']);
  service.office('batch', 'activate', old.handle);
  await see(page, `/${old.items[0].code}`, 'expired', 'an expired item');
  expect(/31 January 2020/.test(await page.innerText('#more')), 'when it expired');
  await see(page, `/${await service.forge()}`, 'not_issued', 'a forged code');
  await see(page, '/%22%3E%3Cscript%3Ealert(1)%3C/script%3E'.replace('/s', '%2Fs'), 'malformed',
    'a hostile path');
  await page.fill('#code', sale.items[22].grouped.toLowerCase());
  await page.click('form[data-form=code] button');
  await page.waitForURL(`**/${sale.items[22].code}*`);
  equal(await verdict(page), 'genuine', 'a code typed again');
}

try {
  for (const [sku, scanOn] of [['YB-10400', 'load'], ['YB-TAP', 'tap']]) {
    service.office('product', 'add', '--sku', sku, '--name', '充电宝|Power bank', '--scan-on', scanOn,
      '--warranty-months', '3', '--registration-bonus-months', '2',
      ...(scanOn === 'load' ? ['--gtin', '06901234567892'] : []));
  }
  const sale = service.batch('YB-10400', 'L1');
  const tap = service.batch('YB-TAP', 'T1');
  service.office('batch', 'activate', sale.handle);
  service.office('batch', 'activate', tap.handle);
  const copied = service.batch('YB-10400', 'C1');
  service.office('batch', 'activate', copied.handle, '--at', service.daysAgo(100));
  service.copy(copied.items.slice(0, 6).map((item) => item.code));
  await service.start(`geo:\n  ipv4: ${mmdb}/flat-ipv4.mmdb\ntrusted_proxies: [127.0.0.1]\n`
    + 'rates:\n  forged_per_minute: 0\n');
  const items = sale.items;
  service.grouped = items[9].grouped;
  await checkFirstAndSecond(items[0]);
  await checkCopy(items[10], copied.items[0]);
  await checkThrottle(items[11]);
  await checkForms(items[1]);
  await checkNoScript(items[2]);
  await checkNetwork(items[3]);
  await checkSeen(items[4]);
  await checkNoStorage(items[5]);
  await checkTap(tap.items[0]);
  await checkLinks(items.slice(6, 8));
  await checkStates(sale);
  equal(problems.join('\n'), '', 'errors and refusals by the policy');
} catch (error) {
  expect(false, error.stack);
} finally {
  await close();
  await service.stop();
}
finish();
