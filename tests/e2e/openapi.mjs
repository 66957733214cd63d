// SPDX-License-Identifier: Apache-2.0
// docs/openapi.yaml: well formed by Redocly's recommended rules (their library: the command line
// brings ten times the packages and telemetry), and what the programs do: the office's table, the
// scopes, the parameters' names and which of them are needed, and the paths of the public listener.
// usage: openapi.mjs BATCH VERIFIER OFFICE_COMMANDS
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Service } from './service.mjs';

const require = createRequire(import.meta.url);
const { createConfig, lint, parseYaml } = require('@redocly/openapi-core');
const [batch, verifier, commands] = process.argv.slice(2);
const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../docs/openapi.yaml');
const text = fs.readFileSync(file, 'utf8');
const api = parseYaml(text);
let failures = 0;

function complain(message) {
  console.error(`FAILED: ${message}`);
  failures += 1;
}

async function problems(ref) {
  const config = await createConfig({ extends: ['recommended'] });
  return lint({ ref, config });
}

// -- well formed; and a checker that finds what is wrong --
for (const problem of await problems(file)) {
  complain(`${problem.ruleId}: ${problem.message} at ${problem.location[0].pointer}`);
}
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-openapi-'));
const breaks = [
  ['requestBody:', 'requestbody:'],
  ["$ref: '#/components/responses/Busy'", "$ref: '#/components/responses/Bussy'"],
  ['operationId: batchVoid', 'operationId: batchShip'],
];
for (const [right, wrong] of breaks) {
  const bad = path.join(scratch, 'bad.yaml');
  fs.writeFileSync(bad, text.replace(right, wrong));
  if ((await problems(bad)).length === 0) {
    complain(`the checker lets "${wrong}" pass`);
  }
}
fs.rmSync(scratch, { recursive: true });

// -- the office's table, both ways --
const table = new Map(execFileSync(commands, { encoding: 'utf8' }).trim().split('\n')
  .map((line) => line.split(' ')));
const calls = new Map(Object.entries(api.paths)
  .filter(([name, item]) => name.startsWith('/v1/office/') && item.post)
  .map(([name, item]) => [name.slice('/v1/office/'.length).replace('/', '.'), item.post]));
for (const [name, scope] of table) {
  if (!calls.has(name)) {
    complain(`${name} is a command, and no call of openapi.yaml`);
  } else if (!calls.get(name).description.includes(`Scope: ${scope}.`)) {
    complain(`${name} wants scope ${scope}; openapi.yaml: ${calls.get(name).description}`);
  }
}
for (const name of calls.keys()) {
  if (!table.has(name)) {
    complain(`${name} is in openapi.yaml, and no command`);
  }
}

// -- parameters, asked of a running verifier --
const service = new Service({ batch, verifier });
service.office('product', 'add', '--sku', 'P', '--name', '品|P');
const handle = service.office('batch', 'create', '--sku', 'P', '--lot', 'L', '--count', '9', '--out',
  path.join(service.work, 'order.json')).split('\n')[0];
await service.start('');

function post(name, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({
      socketPath: path.join(service.data, 'admin.sock'), method: 'POST',
      path: `/v1/office/${name.replace('.', '/')}`, headers: { 'content-type': 'application/json' },
    }, (answer) => {
      let got = '';
      answer.on('data', (data) => { got += data; });
      answer.on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(got) }));
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

// An array is no value of any parameter but two, which look at what is in it.
const NOTHING = [[]];
for (const [name, call] of calls) {
  const schema = call.requestBody?.content['application/json'].schema ?? {};
  const names = Object.keys(schema.properties ?? {});
  const strange = await post(name, { 'no-such-field': 1 });
  if (strange.status !== 400 || strange.body.detail !== 'no-such-field: unknown field') {
    complain(`${name} takes any field: ${JSON.stringify(strange)}`);
  }
  if (names.length > 0) {
    const all = await post(name, Object.fromEntries(names.map((key) => [key, NOTHING])));
    if (all.status !== 400 || all.body.detail.includes('unknown field')) {
      complain(`${name}: ${all.body.detail}`);
    }
  }
  // Each needed parameter is missed when it alone is left out, and no other is.
  for (const key of schema.required ?? []) {
    const rest = Object.fromEntries((schema.required ?? []).filter((other) => other !== key)
      .map((other) => [other, other === 'handle' ? handle : sample(schema.properties[other])]));
    const missed = await post(name, rest);
    if (missed.status !== 400 || !missed.body.detail?.startsWith(`${key}: `)) {
      complain(`${name} without ${key}: ${JSON.stringify(missed)}`);
    }
  }
}

/** A value of the right kind, so that it is not what is refused. */
function sample(schema) {
  const kind = schema.type;
  return kind === 'integer' ? 1 : kind === 'boolean' ? true : kind === 'array' ? ['read']
    : kind === 'object' ? {} : 'A';
}

// -- paths of the public listener: each documented one is served --
for (const [name, item] of Object.entries(api.paths)) {
  if (item.get?.servers || name.startsWith('/v1/office/')) {
    continue;
  }
  const filled = name.replace(/{(\w+)}/g, (_, key) => ({
    sscc: '069012340000000009', gtin: '06912345678901',
  })[key] ?? 'A');
  for (const method of ['get', 'post'].filter((verb) => item[verb])) {
    const answer = await fetch(`${service.base}${filled}`, { method, redirect: 'manual' });
    if (!item[method].responses[answer.status]) {
      complain(`${method} ${name} is answered with ${answer.status}: ${await answer.text()}`);
    }
  }
}

await service.stop();
if (failures === 0) {
  console.log(`openapi: ${calls.size} office calls as they are`);
}
process.exit(failures === 0 ? 0 : 1);
