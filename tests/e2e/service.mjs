// SPDX-License-Identifier: Apache-2.0
// The real programs on a data directory of their own, on loopback, for tests in a browser.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const HOUR_MS = 3600000;
const DAY_MS = 24 * HOUR_MS;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A brand and its running verifier. programs: paths of batch, codegen, verifier; mmdb: a folder. */
export class Service {
  constructor(programs) {
    this.programs = programs;
    this.work = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-'));
    this.data = path.join(this.work, 'data');
    this.orders = 0;
    process.env.ASSAY_PASSPHRASE = 'correct-horse';
    this.run(['init', this.data, '--brand', 'Yibao', '--brand-zh', '易宝', '--time-zone', '+08:00']);
  }

  /** One command of assay-batch; what it printed. */
  run(words) {
    return execFileSync(this.programs.batch, words, { encoding: 'utf8' }).trim();
  }

  /** A command on the data directory. */
  office(...words) {
    return this.run([...words, '--data', this.data]);
  }

  /** A batch and its labels: {handle, items: [{code, pin, ...}]}. */
  batch(sku, lot, options = []) {
    this.orders += 1;
    const order = path.join(this.work, `order-${this.orders}.json`);
    const labels = path.join(this.work, `labels-${this.orders}`);
    const handle = this.office('batch', 'create', '--sku', sku, '--lot', lot, '--count', '30',
      '--pin', '--out', order, ...options).split('\n')[0];
    execFileSync(this.programs.codegen, ['--order', order, '--keys', path.join(this.data, 'keys'),
      '--format', 'csv', '--out', labels]);
    this.office('manifest', 'import', path.join(labels, 'manifest.json'));
    const file = fs.readdirSync(labels).find((name) => name.endsWith('.csv'));
    const [head, ...rows] = fs.readFileSync(path.join(labels, file), 'utf8').trim().split(/\r?\n/);
    const names = head.split(',');
    const items = rows.map((row) => Object.fromEntries(row.split(',').map((value, i) => [names[i], value])));
    return { handle, items };
  }

  /** Start on free ports with these settings; resolves once it serves. */
  async start(settings) {
    const config = path.join(this.work, 'verifier.yaml');
    fs.writeFileSync(config, settings);
    this.process = spawn(this.programs.verifier, ['--data', this.data, '--listen', '127.0.0.1:0',
      '--ops-listen', '127.0.0.1:0', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.log = '';
    this.process.stderr.on('data', (data) => { this.log += data; });
    for (let i = 0; i < 200 && !/event=serving/.test(this.log); i++) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    const port = / port=(\d+) /.exec(this.log);
    if (!port) {
      throw new Error(`the verifier did not start: ${this.log}`);
    }
    this.base = `http://127.0.0.1:${port[1]}`;
  }

  /** What the office knows of an item: scans, first_scan, history, ... */
  item(code) {
    return JSON.parse(this.office('item', 'show', code, '--json'));
  }

  /** A code with a right check character that nobody issued. */
  async forge() {
    for (const last of ALPHABET) {
      const code = `1ZZZZZZ000000000000${last}`;
      const answer = await fetch(`${this.base}/v1/codes/${code}/scans`, { method: 'POST' });
      if ((await answer.json()).verdict === 'not_issued') {
        return code;
      }
    }
    throw new Error('no check character fits');
  }

  /** Scans of the past on each code: 18 devices in three cities, over ten weeks. The verifier does not
   *  run; the batch was activated before that. */
  copy(codes) {
    const cities = ['CN,CN-GD,Shenzhen,22.5,114.1', 'CN,CN-SC,Chengdu,30.6,104.0', 'CN,CN-BJ,Beijing,39.9,116.4'];
    const began = Date.now() - 80 * DAY_MS;
    const rows = codes.flatMap((code, i) => Array.from({ length: 18 }, (_, k) => [
      began + k * 4 * DAY_MS + (5 * i + (k % 3)) * HOUR_MS, `${code},${cities[k % 3]},12,mobile,d${i}-${k},,`]));
    rows.sort((a, b) => a[0] - b[0]);
    const file = path.join(this.work, 'history.csv');
    fs.writeFileSync(file, 'time_ms,code,country,region,city,lat,lon,accuracy_km,net,device,channel,pin\n'
      + rows.map((row) => `${row.join(',')}\n`).join(''));
    this.office('replay', file);
  }

  /** A time that lies so many days back, for `--at`. */
  daysAgo(days) {
    return new Date(Date.now() - days * DAY_MS).toISOString();
  }

  /** End the verifier. */
  async halt() {
    if (this.process && this.process.exitCode === null) {
      const ended = new Promise((resolve) => { this.process.on('exit', resolve); });
      this.process.kill('SIGTERM');
      await ended;
    }
  }

  /** End the verifier and delete everything. */
  async stop() {
    await this.halt();
    fs.rmSync(this.work, { recursive: true, force: true });
  }
}
