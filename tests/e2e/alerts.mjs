// SPDX-License-Identifier: Apache-2.0
// Alerts on their way out: a receiver that checks signatures with npm standardwebhooks, fails, hangs and
// comes back, asks to be left alone; dead letters and their replay; a secret that changes; mail to a relay;
// the verifier killed in between; a backup, restored while something was still to be told.
// usage: alerts.mjs BATCH CODEGEN VERIFIER
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Service } from './service.mjs';

const [batch, codegen, verifier] = process.argv.slice(2);
if (!verifier) {
  console.error('usage: alerts.mjs BATCH CODEGEN VERIFIER');
  process.exit(2);
}
const equal = assert.deepEqual;
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
async function until(what, test) {
  for (let i = 0; i < 400; i++) {
    if (await test()) {
      return;
    }
    await pause(50);
  }
  throw new Error(`${what}: it did not come to that`);
}

/* What comes in, and how it is answered: a status, or 'hang'; after a while, if it says so. */
const inbox = [];
const tries = [];
let mood = 200;
let retryAfter = null;
const receiver = http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    tries.push({ headers: request.headers, body, mood, at: Date.now() });
    if (mood === 'hang') {
      return;
    }
    if (mood >= 300 && mood < 400) {
      response.setHeader('location', `http://127.0.0.1:${receiver.address().port}/elsewhere`);
    }
    if (retryAfter !== null) {
      response.setHeader('retry-after', retryAfter);
    }
    if (mood === 200) {
      inbox.push({ headers: request.headers, body, url: request.url });
    }
    response.statusCode = mood;
    response.end(mood === 500 ? 'x'.repeat(1 << 20) : 'ok');
  });
});

const mails = [];
const relay = net.createServer((socket) => {
  let data = null;
  let rest = '';
  const mail = { from: '', to: '', data: '' };
  socket.on('error', () => {});
  socket.write('220 sink\r\n');
  socket.on('data', (bytes) => {
    rest += bytes;
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (data !== null) {
        if (line === '.') {
          mails.push({ ...mail, data });
          data = null;
          socket.write('250 taken\r\n');
        } else {
          data += `${line}\r\n`;
        }
      } else if (/^EHLO/.test(line)) {
        socket.write('250 sink\r\n');
      } else if (/^MAIL FROM:/.test(line)) {
        mail.from = line;
        socket.write('250 ok\r\n');
      } else if (/^RCPT TO:/.test(line)) {
        mail.to = line;
        socket.write('250 ok\r\n');
      } else if (line === 'DATA') {
        data = '';
        socket.write('354 go on\r\n');
      } else {
        socket.write(line === 'QUIT' ? '221 bye\r\n' : '500 what?\r\n');
      }
    }
  });
});
const listening = (server) => new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
await Promise.all([listening(receiver), listening(relay)]);
const url = `http://127.0.0.1:${receiver.address().port}/hook?x=1`;

const settings = `
store: {checkpoint_interval_ms: 100}
alerts:
  interval_ms: 100
  retry_ms: 50
  tries: 3
  timeout_ms: 700
  mail_relay: smtp://127.0.0.1:${relay.address().port}
  mail_from: assay@brand.example
  mail_to: quality@brand.example
`;
const service = new Service({ batch, codegen, verifier });
const command = (...words) => JSON.parse(service.office(...words, '--json'));
function refused(pattern, ...words) {
  try {
    service.office(...words);
  } catch (error) {
    assert.match(String(error.stderr), pattern, words.join(' '));
    return;
  }
  throw new Error(`${words.join(' ')}: it was not refused`);
}
async function leak(code) {
  const answer = await fetch(`${service.base}/v1/codes/${code}/scans`, { method: 'POST' });
  equal((await answer.json()).verdict, 'not_on_sale');
}
const letter = (mail) => Buffer.from(mail.data.split('\r\n\r\n')[1], 'base64').toString();
const delivered = (id) => inbox.filter((message) => message.headers['webhook-id'] === id);

try {
  service.office('product', 'add', '--sku', 'S', '--name', '产品|Product');
  const lots = ['1', '2', '3', '4', '5', '6', '7'].map((lot) => service.batch('S', `L${lot}`));
  refused(/url/, 'webhook', 'add', 'bad', '--url', 'http://brand.example/hook');
  refused(/url/, 'webhook', 'add', 'bad', '--url', 'https://user@brand.example/hook');
  refused(/kinds/, 'webhook', 'add', 'bad', '--url', url, '--kinds', 'leaks');
  refused(/does not run/, 'webhook', 'dead');
  const { secret } = command('webhook', 'add', 'ops', '--url', url, '--kinds', 'leak,cloned');
  assert.match(secret, /^whsec_/);
  refused(/taken/, 'webhook', 'add', 'ops', '--url', url);
  const checker = new Webhook(secret);
  await service.start(settings);

  // A leak is told, signed, once; to the endpoint and by mail.
  await leak(lots[0].items[0].code);
  await until('the first alert', () => inbox.length === 1);
  const first = checker.verify(inbox[0].body, inbox[0].headers);
  equal([first.type, first.data.kind, first.data.subject.handle, first.data.state],
    ['alert.raised', 'leak', lots[0].handle, 'open']);
  equal(inbox[0].url, '/hook?x=1');
  equal(inbox[0].headers['webhook-id'].startsWith(`al_${first.data.id}_`), true);
  assert.throws(() => checker.verify(inbox[0].body.replace('leak', 'lack'), inbox[0].headers));
  await until('the mail', () => mails.length === 1);
  equal([mails[0].from.slice(0, 32), mails[0].to], ['MAIL FROM:<assay@brand.example>', 'RCPT TO:<quality@brand.example>']);
  const [head] = mails[0].data.split('\r\n\r\n');
  assert.match(head, /^Subject: =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=$/m);
  const text = letter(mails[0]);
  assert.match(text, /a label was scanned before its sale/);
  assert.ok(text.includes(lots[0].handle) && text.includes('预警'));

  // It fails, redirects, then hangs: three tries, then dead; others are not held back.
  mood = 500;
  await leak(lots[1].items[0].code);
  await until('a first failure', () => tries.length >= 2);
  mood = 302;
  await until('a redirect', () => tries.some((one) => one.mood === 302));
  mood = 'hang';
  await until('the third try', () => tries.some((one) => one.mood === 'hang'));
  await until('the dead letter', () => command('webhook', 'dead').dead.length === 1);
  equal(tries.length, 4);
  equal(inbox.length, 1);
  const ids = new Set(tries.slice(1).map((one) => one.headers['webhook-id']));
  equal(ids.size, 1);
  await until('its mail', () => mails.length === 2);
  mood = 200;
  await pause(500);
  equal(inbox.length, 1);
  equal(command('webhook', 'replay', '--name', 'ops').replayed, 1);
  await until('the replay', () => inbox.length === 2);
  checker.verify(inbox[1].body, inbox[1].headers);
  equal(command('webhook', 'dead').dead.length, 0);

  // The verifier is killed while an endpoint is not there: at least once all the same.
  mood = 'hang';
  await leak(lots[2].items[0].code);
  await until('a try', () => tries.length >= 6);
  const id = tries.at(-1).headers['webhook-id'];
  const ended = new Promise((resolve) => { service.process.on('exit', resolve); });
  service.process.kill('SIGKILL');
  await ended;
  mood = 200;
  await service.start(settings);
  await until('the rest', () => delivered(id).length >= 1);
  checker.verify(delivered(id)[0].body, delivered(id)[0].headers);

  // Its secret is nowhere: not in the ledger, not in a list; a test is signed by it too.
  equal(JSON.stringify(command('webhook', 'list')).includes(secret.slice(6)), false);
  service.office('webhook', 'test', 'ops');
  await until('the test', () => inbox.some((message) => message.body.includes('alert.test')));
  const taken = inbox.length;
  const test = inbox.find((message) => message.body.includes('alert.test'));
  checker.verify(test.body, test.headers);

  // Asked to be left alone, an endpoint gets nothing until then: neither the same message nor another.
  mood = 429;
  retryAfter = '2';
  const asked = tries.length;
  await leak(lots[4].items[0].code);
  await until('a refusal', () => tries.length > asked);
  retryAfter = null;
  mood = 200;
  service.office('webhook', 'test', 'ops');
  await until('both', () => inbox.length >= taken + 2);
  const waited = tries.slice(asked).map((one) => one.at - tries[asked].at);
  equal([waited.length, waited[1] >= 1900, waited[2] >= 1900], [3, true, true], `waited ${waited}`);

  // A new secret signs beside the former one for as long as was asked, also what waited before it.
  mood = 500;
  const waiting = tries.length;
  await leak(lots[5].items[0].code);
  await until('its end', () => command('webhook', 'dead').dead.length === 1);
  refused(/no such endpoint/, 'webhook', 'rotate', 'none');
  refused(/overlap_hours/, 'webhook', 'rotate', 'ops', '--overlap-hours', '721');
  const rotated = command('webhook', 'rotate', 'ops');
  assert.match(rotated.secret, /^whsec_/);
  assert.notEqual(rotated.secret, secret);
  equal([rotated.url, rotated.kinds], [url, ['leak', 'cloned']]);
  const hours = (Date.parse(rotated.former_secret_until) - Date.now()) / 3600000;
  assert.ok(hours > 23.9 && hours <= 24, rotated.former_secret_until);
  mood = 200;
  const old = tries[waiting].headers['webhook-id'];
  equal(command('webhook', 'replay', '--name', 'ops').replayed, 1);
  await until('what waited', () => delivered(old).length === 1);
  new Webhook(rotated.secret).verify(delivered(old)[0].body, delivered(old)[0].headers);
  checker.verify(delivered(old)[0].body, delivered(old)[0].headers);
  equal(delivered(old)[0].headers['webhook-signature'].split(' ').length, 2);
  const newest = command('webhook', 'rotate', 'ops', '--overlap-hours', '0');
  const before = inbox.length;
  service.office('webhook', 'test', 'ops');
  await until('a test by the newest', () => inbox.length > before);
  new Webhook(newest.secret).verify(inbox[before].body, inbox[before].headers);
  assert.throws(() => new Webhook(rotated.secret).verify(inbox[before].body, inbox[before].headers));
  assert.throws(() => checker.verify(inbox[before].body, inbox[before].headers));
  const [shown] = command('webhook', 'list').webhooks;
  equal([shown.name, shown.waiting, shown.dead], ['ops', 0, 0]);

  // A private address behind https is refused, without a connection.
  service.office('webhook', 'add', 'inside', '--url', `https://127.0.0.1:${receiver.address().port}/`);
  const outside = tries.length;
  service.office('webhook', 'test', 'inside');
  await until('its end', () => command('webhook', 'dead').dead.length === 1);
  equal([command('webhook', 'dead').dead[0].status, tries.length], [-1000, outside]);

  // Kinds and removal.
  service.office('webhook', 'remove', 'ops');
  await leak(lots[3].items[0].code);
  await until('the mail of it', () => mails.some((mail) => letter(mail).includes(lots[3].handle)));
  await pause(300);
  equal(tries.length, outside);

  // A dashboard's session decides, from our own page alone, if its token may write.
  const { token } = command('token', 'create', 'wang', '--scope', 'read,write');
  const login = await fetch(`${service.base}/audit/login`, { method: 'POST', body: JSON.stringify({ token }),
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' } });
  const cookie = login.headers.get('set-cookie').split(';')[0];
  const decide = (fields, site = 'same-origin') => fetch(`${service.base}/v1/office/alert/state`, { method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'sec-fetch-site': site }, body: JSON.stringify(fields) });
  const alert = { id: first.data.id, state: 'dismissed', reason: 'our own demo' };
  equal((await decide(alert, 'cross-site')).status, 401);
  equal((await decide({ ...alert, reason: '' })).status, 400);
  equal((await decide({ ...alert, id: '8' })).status, 404);
  const decided = await (await decide(alert)).json();
  equal([decided.state, decided.by, decided.reason], ['dismissed', 'token wang', 'our own demo']);
  const listed = await (await fetch(`${service.base}/v1/office/audit/alerts?state=dismissed`, { headers: { cookie } })).json();
  equal([listed.rows.length, listed.counts.dismissed, listed.rows[0].id], [1, 1, first.data.id]);

  // What waits and what is dead is in a backup beside the running verifier; its copy goes on telling.
  mood = 500;
  const later = command('webhook', 'add', 'later', '--url', url);
  service.office('webhook', 'test', 'later');
  const dead = (name) => command('webhook', 'dead').dead.filter((one) => one.name === name).length;
  await until('a dead test', () => dead('later') === 1);
  await service.halt();
  await service.start(settings.replace('tries: 3', 'tries: 24'));
  await leak(lots[6].items[0].code);
  await until('a waiting leak', () => command('webhook', 'list').webhooks.some((hook) => hook.name === 'later' && hook.waiting === 1));
  service.run(['backup', '--data', service.data, '--out', `${service.data}.backup`]);
  await service.halt();
  const left = tries.length;
  service.data += '.restored';
  service.run(['restore', '--from', service.data.replace('restored', 'backup'), '--data', service.data]);
  mood = 200;
  await service.start(settings);
  await until('what waited', () => inbox.at(-1).body.includes(lots[6].handle));
  equal(tries.length, left + 1);
  equal(dead('later'), 1);
  equal(command('webhook', 'replay', '--name', 'later').replayed, 1);
  await until('the dead one', () => inbox.at(-1).body.includes('alert.test'));
  new Webhook(later.secret).verify(inbox.at(-1).body, inbox.at(-1).headers);
  console.log(`alerts: ${inbox.length} taken of ${tries.length} tries, ${mails.length} mails`);
} catch (error) {
  console.error(service.log);
  throw error;
} finally {
  await service.stop();
  receiver.closeAllConnections();
  receiver.close();
  relay.close();
}
