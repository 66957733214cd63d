// SPDX-License-Identifier: Apache-2.0
// Every verdict's page in Chromium, in both languages, light and dark, at 390 and 320 pixels:
// no accessibility violation, nothing beside the window, nothing that the policy stops, and
// together small enough. With --pictures the docs' screenshots are made anew.
// usage: page_samples.mjs PATH/TO/page_samples [--pictures DIR]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { equal, expect, finish, launch, overflow, violations } from './browser.mjs';
import { shrink } from './png.mjs';

const BYTES_MAX = 30 * 1024;
const PICTURE_BYTES_MAX = 60 * 1024;
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.svg': 'image/svg+xml',
  '.js': 'text/javascript' };

const [tool, option, pictures] = process.argv.slice(2);
if (!tool || (option && (option !== '--pictures' || !pictures))) {
  console.error('usage: page_samples.mjs PATH/TO/page_samples [--pictures DIR]');
  process.exit(2);
}
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-pages-'));
execFileSync(tool, [dir]);
const csp = fs.readFileSync(path.join(dir, 'csp'), 'utf8');
const names = fs.readdirSync(dir).filter((name) => name.endsWith('.html')).sort();

/* What the samples name as their product's picture. */
const PRODUCT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">'
  + '<rect x="20" y="6" width="32" height="60" rx="7" fill="#2f3a40"/>'
  + '<rect x="24" y="10" width="24" height="52" rx="4" fill="#3d4a51"/>'
  + '<circle cx="36" cy="20" r="3" fill="#7fd6a8"/><path d="M38 28l-8 13h6l-2 11 8-14h-6z" '
  + 'fill="#fff"/></svg>';

function serve() {
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') {
      return; /* a scan that is still under way */
    }
    const file = path.join(dir, path.normalize(request.url.split('?')[0]));
    const there = fs.existsSync(file);
    response.writeHead(there ? 200 : 404, {
      'Content-Type': TYPES[path.extname(file)] || 'application/problem+json',
      'Content-Security-Policy': csp,
    });
    response.end(there ? fs.readFileSync(file) : '{}');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/* Compressed: the page and all that it loads. */
function checkSize(name) {
  const assets = fs.readdirSync(path.join(dir, 'assets')).filter((file) => file.endsWith('.gz'));
  const bytes = assets.reduce((sum, file) => sum + fs.statSync(path.join(dir, 'assets', file)).size,
    zlib.gzipSync(fs.readFileSync(path.join(dir, name))).length);
  expect(bytes < BYTES_MAX, `${name}: ${bytes} bytes compressed`);
  return bytes;
}

async function checkPage(page, base, name, scheme) {
  const problems = [];
  const note = (message) => {
    if (/Content Security Policy|Error/.test(message.text())) {
      problems.push(message.text());
    }
  };
  page.on('console', note);
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.emulateMedia({ colorScheme: scheme });
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`${base}/${name}`);
    expect(await overflow(page) <= 0, `${name} is too wide at ${width} pixels`);
    const bottom = await page.evaluate(
      'document.querySelector("h1").getBoundingClientRect().bottom');
    expect(bottom < 560, `${name}: the verdict is at ${bottom} of 844 pixels`);
  }
  for (const found of await violations(page)) {
    expect(false, `${name}, ${scheme}: ${found}`);
  }
  equal(problems.join('\n'), '', `${name}: the console`);
  page.removeAllListeners('console');
  page.removeAllListeners('pageerror');
}

async function picture(page, base, name, width) {
  const base_name = name.replace('.html', '');
  await page.setViewportSize({ width, height: 844 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(`${base}/${name}`);
  let png;
  for (const colors of [64, 32, 16]) {
    png = shrink(await page.screenshot(), colors);
    if (png.length < PICTURE_BYTES_MAX) {
      break;
    }
  }
  expect(png.length < PICTURE_BYTES_MAX, `${name}: its picture has ${png.length} bytes`);
  const suffix = width === 390 ? '' : `-${width}`;
  fs.writeFileSync(path.join(pictures, `page-${base_name}${suffix}.png`), png);
}

for (const file of fs.readdirSync(path.join(dir, 'assets')).filter((name) => !name.endsWith('.gz'))) {
  const plain = fs.readFileSync(path.join(dir, 'assets', file));
  const packed = fs.readFileSync(path.join(dir, 'assets', `${file}.gz`));
  expect(zlib.gunzipSync(packed).equals(plain), `${file} is not what its .gz holds`);
}
const server = await serve();
const base = `http://127.0.0.1:${server.address().port}`;
const { context, close } = await launch({ deviceScaleFactor: pictures ? 2 : 1 });
try {
  await context.route('https://pictures.example/*', (route) => route.fulfill(
    { contentType: 'image/svg+xml', body: PRODUCT }));
  const page = await context.newPage();
  for (const name of names) {
    checkSize(name);
    await checkPage(page, base, name, 'light');
    await checkPage(page, base, name, 'dark');
    if (pictures && !name.startsWith('message')) {
      await picture(page, base, name, 390);
    }
  }
  if (pictures) {
    await picture(page, base, 'suspect-en.html', 320);
  }
  console.log(`largest page: ${Math.max(...names.map(checkSize))} bytes compressed`);
} finally {
  await close();
  server.closeAllConnections();
  server.close();
  fs.rmSync(dir, { recursive: true });
}
finish();
