// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium under playwright-core, and what every page is held to.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const SWITCHES = ['--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];

/** A browser with a profile of its own, on loopback only. close() ends it and deletes the profile. */
export async function launch(options = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: process.getuid() === 0 ? [...SWITCHES, '--no-sandbox'] : SWITCHES,
    ...options,
  });
  const close = async () => {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true });
  };
  return { context, close };
}

/** What axe-core finds wrong, one line each. */
export async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate('axe.run(document, {resultTypes: ["violations"]})');
  return result.violations.map((found) => `${found.id}: ${found.help}: `
    + found.nodes.map((node) => node.html).join(' '));
}

/** By how many pixels the page is wider than its window. */
export async function overflow(page) {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}

let cases = 0;
let failures = 0;

/** One expectation; prints what is not so. */
export function expect(condition, what) {
  cases += 1;
  if (!condition) {
    failures += 1;
    console.error(`FAILED: ${what}`);
  }
}

/** Equal, else prints both. */
export function equal(found, wanted, what) {
  expect(found === wanted, `${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

/** The closing line; sets the exit status. */
export function finish() {
  console.log(`${cases - failures} passed, ${failures} failed`);
  process.exitCode = failures === 0 && cases > 0 ? 0 : 1;
}
