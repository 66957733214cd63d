// SPDX-License-Identifier: Apache-2.0
// A server that answers as docs/AUDIT-API.md says, from a made-up world, with the verifier's headers.
// As a program: audit_mock.mjs BUILT_DIR [PORT]     (BUILT_DIR: what build.mjs wrote)
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as world from './audit_world.mjs';

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
  + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const TYPES = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const FIELDS = ['from', 'to', 'sku', 'handle', 'country', 'region'];
const OWN_MAP = { type: 'FeatureCollection', features: [['440000', '广东', 112], ['350000', '福建', 117]]
  .map(([adcode, name, x]) => ({ type: 'Feature', properties: { adcode, name },
    geometry: { type: 'Polygon', coordinates: [[[x, 23], [x, 26], [x + 4, 26], [x + 4, 23], [x, 23]]] } })) };

/** Answers on loopback. options: scopes of the token, geojson: whether there is an own map. */
export class Mock {
  constructor(built, { scopes = ['read', 'write'], geojson = true, token = 'good-token' } = {}) {
    Object.assign(this, { built, scopes, geojson, token, asked: [], streams: new Set(), broken: null, scans: 812 });
    this.server = http.createServer((request, response) => this.answer(request, response));
    this.timer = setInterval(() => this.tick(), 1000);
  }

  async start(port = 0) {
    await new Promise((resolve) => { this.server.listen(port, '127.0.0.1', resolve); });
    this.base = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    clearInterval(this.timer);
    this.streams.forEach((stream) => stream.destroy());
    this.server.closeAllConnections();
    await new Promise((resolve) => { this.server.close(resolve); });
  }

  /** End the live streams, as a restart would. */
  cut() {
    this.streams.forEach((stream) => stream.destroy());
  }

  tick() {
    this.scans += 3;
    const data = JSON.stringify({ at: new Date().toISOString(), since: '2026-06-03T00:10:00.000Z',
      verdicts: { genuine: this.scans, genuine_seen: 214, suspect: 9, not_issued: 2 } });
    this.streams.forEach((stream) => stream.write(`event: scans\ndata: ${data}\n\n`));
  }

  logged(request) {
    return /(^|; )assay=yes/.test(request.headers.cookie || '');
  }

  send(response, status, body, type = 'application/json', headers = {}) {
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers });
    response.end(typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body);
  }

  problem(response, status, code, detail) {
    this.send(response, status, { type: 'about:blank', title: 'no', status, code, detail }, 'application/problem+json');
  }

  asset(name, response) {
    const file = path.join(this.built, 'assets', path.basename(name));
    if (!fs.existsSync(`${file}.gz`)) {
      return this.problem(response, 404, 'path', 'nothing');
    }
    return this.send(response, 200, fs.readFileSync(`${file}.gz`), TYPES[path.extname(file)], { 'Content-Encoding': 'gzip' });
  }

  login(request, response, body) {
    if (new URLSearchParams(body).get('token') === this.token) {
      const next = new URLSearchParams(body).get('next') || '/audit/';
      return this.send(response, 303, '', 'text/plain', { Location: next, 'Set-Cookie': 'assay=yes; HttpOnly; SameSite=Strict; Path=/' });
    }
    return this.loginPage(request, response, request.method === 'POST' ? 401 : 200);
  }

  loginPage(request, response, status) {
    const next = (new URL(request.url, this.base).searchParams.get('next') || '').replace(/[&"<]/g,
      (found) => `&#${found.charCodeAt(0)};`);
    return this.send(response, status, `<!doctype html><html lang="en"><title>Log in</title><main><h1>Log in</h1>
${status === 401 ? '<p role="alert">This token is wrong.</p>' : ''}<form method="post" action="/audit/login">
<input type="hidden" name="next" value="${next}"><label>Token <input name="token" type="password"></label>
<button>Log in</button></form></main></html>`, 'text/html; charset=utf-8');
  }

  page(request, response) {
    if (!this.logged(request)) {
      return this.send(response, 303, '', 'text/plain', { Location: `/audit/login?next=${encodeURIComponent(request.url)}` });
    }
    return this.send(response, 200, fs.readFileSync(path.join(this.built, 'index.html')), 'text/html; charset=utf-8',
      { 'Content-Security-Policy': CSP, 'Referrer-Policy': 'same-origin' });
  }

  live(response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    this.tick();
  }

  decide(response, body) {
    const { id, state, reason = null } = JSON.parse(body);
    const row = world.ALERTS.find((alert) => alert.id === id);
    if (!row) {
      return this.problem(response, 404, 'not_found', 'id: there is no such alert');
    }
    if (state === 'dismissed' && !reason) {
      return this.problem(response, 400, 'field', 'reason: missing');
    }
    Object.assign(row, { state, reason, by: 'wang', changed_at: '2026-06-03T08:31:00.000Z' });
    return this.send(response, 200, row);
  }

  /** What a query answers, or null. */
  query(name, fields) {
    const filter = Object.fromEntries(FIELDS.map((field) => [field, fields.get(field)]));
    const limit = Number(fields.get('limit') || 50);
    const states = (state) => world.ALERTS.filter((alert) => (!state || alert.state === state)
      && (!fields.get('kind') || alert.kind === fields.get('kind')));
    const answers = {
      about: () => world.about(this.scopes, this.geojson),
      overview: () => world.overview(filter),
      series: () => world.series(filter, fields.get('bucket') || 'week'),
      regions: () => world.regions(filter, fields.get('by') || (filter.country ? 'region' : 'country')),
      products: () => world.products(filter),
      batches: () => world.batches(filter),
      codes: () => world.codes(filter, fields.get('level') || 'check', limit, fields.get('after')),
      alerts: () => ({ rows: states(fields.get('state')), next: null, counts: world.counts(states(null)) }),
    };
    const answer = name.startsWith('code/') ? world.code(name.slice(5)) : answers[name] && answers[name]();
    return answer && { ledger: world.LEDGER, filter, basis: world.BASIS, ...answer };
  }

  api(request, response, url, body) {
    const name = url.pathname.slice('/v1/office/audit/'.length);
    this.asked.push(name + url.search);
    if (!this.logged(request)) {
      return this.problem(response, 401, 'token', 'no token');
    }
    if (url.pathname === '/v1/office/alert/state') {
      return this.decide(response, body);
    }
    if (this.broken === name) {
      return this.problem(response, 503, 'busy', 'too much at once, try again');
    }
    if (name === 'live') {
      return this.live(response);
    }
    if (name === 'geojson' && this.geojson) {
      return this.send(response, 200, OWN_MAP);
    }
    const answer = this.query(name, url.searchParams);
    return answer ? this.send(response, 200, answer) : this.problem(response, 404, 'not_found', 'no such code was issued');
  }

  async answer(request, response) {
    const parts = [];
    for await (const part of request) {
      parts.push(part);
    }
    const body = Buffer.concat(parts).toString();
    const url = new URL(request.url, this.base);
    if (url.pathname.startsWith('/v1/office/')) {
      return this.api(request, response, url, body);
    }
    if (url.pathname.startsWith('/assets/')) {
      return this.asset(url.pathname, response);
    }
    if (url.pathname === '/audit/login') {
      return this.login(request, response, body);
    }
    if (url.pathname === '/audit/logout') {
      return this.send(response, 200, { state: 'logged_out' }, 'application/json', { 'Set-Cookie': 'assay=; Max-Age=0; Path=/' });
    }
    return url.pathname === '/audit/' ? this.page(request, response) : this.problem(response, 404, 'path', 'nothing');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await new Mock(process.argv[2]).start(Number(process.argv[3] || 0));
  console.log(`${mock.base}/audit/   token: ${mock.token}`);
}
