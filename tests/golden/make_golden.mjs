#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/* A second implementation of docs/FORMAT.md, sections 1, 2, 5.3 and 6, from that page alone; it makes
 * the golden vectors that the C code is held to. Node 18, nothing but node:crypto.
 *
 * usage: make_golden.mjs [FOLDER]    writes codes.json, keys.json, offline.json, receipts.json there
 *
 * It also opens tests/golden/made_by_c/*.key, which the C code has written, and puts what it finds
 * into keys.json: so each side reads what the other wrote.
 */
import {
  createCipheriv, createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey,
  hkdfSync, scryptSync, sign,
} from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// -- numbers and texts --

const hex = (bytes) => Buffer.from(bytes).toString('hex');

function u32be(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function base32(value, digits) {
  let text = '';
  for (let i = 0; i < digits; i++, value >>= 5n) {
    text = ALPHABET[Number(value & 31n)] + text;
  }
  return text;
}

/** The first so many bits of bytes. */
function firstBits(bytes, bits) {
  return BigInt('0x' + hex(bytes)) >> BigInt(8 * bytes.length - bits);
}

// -- check character: the plain sum, with powers of a by multiplication in GF(32) --

function multiply(x, y) {
  let product = 0;
  for (let bit = 0; bit < 5; bit++) {
    if ((y >> bit) & 1) product ^= x << bit;
  }
  for (let bit = 8; bit >= 5; bit--) {
    if ((product >> bit) & 1) product ^= 0b100101 << (bit - 5);
  }
  return product;
}

function checkCharacter(text19) {
  let sum = 0;
  let power = 1;
  for (const character of text19) {
    power = multiply(power, 2);
    sum ^= multiply(power, ALPHABET.indexOf(character));
  }
  return ALPHABET[sum];
}

// -- CMAC-AES128, NIST SP 800-38B, any length --

function aesBlock(key, block) {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

function doubled(block) {
  const value = BigInt('0x' + hex(block));
  let twice = (value << 1n) & ((1n << 128n) - 1n);
  if (value >> 127n) twice ^= 0x87n;
  return Buffer.from(twice.toString(16).padStart(32, '0'), 'hex');
}

function xor(a, b) {
  return Buffer.from(a.map((byte, i) => byte ^ b[i]));
}

function cmac(key, message) {
  const k1 = doubled(aesBlock(key, Buffer.alloc(16)));
  const blocks = [];
  for (let at = 0; at < message.length || at === 0; at += 16) {
    blocks.push(message.subarray(at, at + 16));
  }
  let last = blocks.pop();
  if (last.length === 16) {
    last = xor(last, k1);
  } else {
    const padded = Buffer.alloc(16);
    last.copy(padded);
    padded[last.length] = 0x80;
    last = xor(padded, doubled(k1));
  }
  let state = Buffer.alloc(16);
  for (const block of [...blocks, last]) state = aesBlock(key, xor(state, block));
  return state;
}

// -- section 1: codes and PINs --

function block16(...parts) {
  const block = Buffer.alloc(16);
  Buffer.concat(parts).copy(block);
  return block;
}

function makeCode(keys, version, handle, index) {
  const head = [Buffer.from([version]), u32be(handle)];
  const tag = firstBits(cmac(keys.kt, block16(Buffer.from('ASYT'), ...head, u32be(index))), 34);
  const tag5 = Buffer.from(tag.toString(16).padStart(10, '0'), 'hex');
  const mask = firstBits(cmac(keys.km, block16(Buffer.from('ASYM'), ...head, tag5)), 26);
  const x = (tag << 26n) | (BigInt(index) ^ mask);
  const text = base32(BigInt(version), 1) + base32(BigInt(handle), 6) + base32(x, 12);
  return text + checkCharacter(text);
}

function makePin(kpin, code) {
  return base32(firstBits(cmac(kpin, Buffer.from(code, 'ascii')), 40), 8);
}

// -- section 2: keys --

const KINDS = ['label', 'pin', 'office', 'site', 'service'];

function crc32c(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

function stretched(passphrase, salt, cost) {
  const N = 2 ** cost;
  return scryptSync(passphrase, salt, 32, { N, r: 8, p: 1, maxmem: 256 * 8 * N });
}

function sealKeyFile(passphrase, kind, cost, { salt, nonce, secret }) {
  const head = Buffer.alloc(48);
  head.write('ASSAYKEY', 0, 'ascii');
  head.writeUInt16LE(1, 8);
  head.set([KINDS.indexOf(kind) + 1, cost, 8, 1], 10);
  salt.copy(head, 16);
  nonce.copy(head, 32);
  head.writeUInt32LE(32, 44);
  const cipher = createCipheriv('aes-256-gcm', stretched(passphrase, salt, cost), nonce);
  cipher.setAAD(head);
  const body = Buffer.concat([head, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32c(body));
  return Buffer.concat([body, crc]);
}

function openKeyFile(passphrase, file) {
  const head = file.subarray(0, 48);
  const nonce = head.subarray(32, 44);
  if (file.length !== 100 || head.toString('ascii', 0, 8) !== 'ASSAYKEY' ||
      file.readUInt32LE(96) !== crc32c(file.subarray(0, 96))) {
    throw new Error('no key file, or damaged');
  }
  const key = stretched(passphrase, head.subarray(16, 32), head[11]);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(head);
  decipher.setAuthTag(file.subarray(80, 96));
  const secret = Buffer.concat([decipher.update(file.subarray(48, 80)), decipher.final()]);
  return { kind: KINDS[head[10] - 1], secret };
}

function derived(from, text, number, length) {
  const info = number === null ? Buffer.from(text) : Buffer.concat([Buffer.from(text), u32be(number)]);
  return Buffer.from(hkdfSync('sha256', from, Buffer.alloc(0), info, length));
}

function batchKeys(secrets, epoch, handle) {
  const labels = derived(derived(secrets.label, 'assay/label/epoch', epoch, 32),
    'assay/label/batch', handle, 32);
  const kpin = derived(derived(secrets.pin, 'assay/pin/epoch', epoch, 32),
    'assay/pin/batch', handle, 16);
  return { kt: labels.subarray(0, 16), km: labels.subarray(16), kpin };
}

/** An Ed25519 key of a seed: PKCS #8 is this prefix and the seed (RFC 8410). */
function ed25519(seed) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function publicHalf(seed) {
  const key = createPublicKey(ed25519(seed));
  return {
    pem: key.export({ format: 'pem', type: 'spki' }),
    raw: key.export({ format: 'der', type: 'spki' }).subarray(-32),
  };
}

// -- section 1.4: form O1 --

function offlineKey(secrets, epoch, handle) {
  const seed = derived(derived(secrets.label, 'assay/label/epoch', epoch, 32),
    'assay/label/offline', handle, 32);
  const raw = publicHalf(seed).raw;
  return { seed, raw, id: base32(firstBits(createHash('sha256').update(raw).digest(), 15), 3) };
}

function offlineSignature({ seed, id }, code) {
  const sig = sign(null, Buffer.from(`AFC-O1${id}${code}`, 'ascii'), ed25519(seed));
  return id + base32(BigInt('0x' + hex(sig)) << 3n, 103);
}

// -- section 5: signed JSON; nothing here needs an escape --

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

function signedDocument(seed, object) {
  const bytes = Buffer.from(`${object.type}\n${canonical(object)}`);
  return { ...object, signature: sign(null, bytes, ed25519(seed)).toString('base64url') };
}

// -- section 6: receipts --

function makeReceipt(key, { verdict, item, scanId, device, expiresAtMs }) {
  const fields = Buffer.alloc(42);
  fields.set([1, verdict]);
  fields.writeBigUInt64LE(item, 2);
  scanId.copy(fields, 10);
  fields.writeBigUInt64LE(device, 26);
  fields.writeBigInt64LE(expiresAtMs, 34);
  const mac = createHmac('sha256', key).update('assay receipt v1').update(fields).digest();
  return Buffer.concat([fields, mac]).toString('base64url');
}

// -- the vectors: everything below is chosen by counting, so each run writes the same --

function bytesFrom(first, length) {
  return Buffer.from(Array.from({ length }, (_, i) => (first + 7 * i) & 255));
}

const PASSPHRASE = 'golden 金';
const secrets = Object.fromEntries(KINDS.map((kind, i) => [kind, bytesFrom(16 * i + 1, 32)]));

function goldenCodes() {
  const batches = [[1, 0, 1], [1, 1, 0x2badcafe], [2, 1, 0x2badcafe], [1, 0xffffffff, 0x3fffffff]];
  const indexes = [0, 1, 2, 127, 128, 999, 65535, 65536, 2 ** 24 - 1];
  return batches.map(([version, epoch, handle]) => {
    const keys = batchKeys(secrets, epoch, handle);
    return {
      version, epoch, handle, kt: hex(keys.kt), km: hex(keys.km), kpin: hex(keys.kpin),
      items: indexes.map((index) => {
        const code = makeCode(keys, version, handle, index);
        return { index, code, grouped: code.match(/..../g).join('-'), pin: makePin(keys.kpin, code) };
      }),
    };
  });
}

function goldenKeys() {
  const files = KINDS.map((kind, i) => {
    const random = { salt: bytesFrom(3, 16), nonce: bytesFrom(100 + i, 12), secret: secrets[kind] };
    const file = sealKeyFile(PASSPHRASE, kind, 10, random);
    return { kind, secret: hex(secrets[kind]), file: hex(file) };
  });
  const message = 'an order of labels';
  const signers = ['office', 'site'].map((kind) => {
    const { pem, raw } = publicHalf(secrets[kind]);
    const sig = sign(null, Buffer.from(message), ed25519(secrets[kind]));
    return { kind, pem, public: hex(raw), message, sig: hex(sig) };
  });
  const purposes = ['personal', 'receipt', 'device', 'phone'].map((purpose) => ({
    purpose, key: hex(derived(secrets.service, `assay/service/${purpose}`, null, 32)),
  }));
  const folder = join(HERE, 'made_by_c');
  const madeByC = readdirSync(folder).filter((name) => name.endsWith('.key')).sort().map((name) => {
    const { kind, secret } = openKeyFile(PASSPHRASE, readFileSync(join(folder, name)));
    const pem = kind === 'office' || kind === 'site' ? publicHalf(secret).pem : null;
    return { name, kind, secret: hex(secret), pem };
  });
  return { passphrase: PASSPHRASE, files, signers, purposes, made_by_c: madeByC };
}

function goldenOffline() {
  const batches = [[1, 0x2badcafe], [2, 0x2badcafe], [0, 1], [0xffffffff, 0x3fffffff]];
  const rows = batches.map(([epoch, handle]) => {
    const key = offlineKey(secrets, epoch, handle);
    return {
      epoch, handle, seed: hex(key.seed), key: hex(key.raw), id: key.id,
      items: [0, 77, 2 ** 24 - 1].map((index) => {
        const code = makeCode(batchKeys(secrets, epoch, handle), 2, handle, index);
        return { code, text: offlineSignature(key, code) };
      }),
    };
  });
  const listed = rows.slice(1).map(({ handle, key, id }, i) => ({
    id, key: Buffer.from(key, 'hex').toString('base64url'), handle: base32(BigInt(handle), 6),
    sku: 'YB-10400', count: 2 ** 24, valid_from: '2026-09-21T13:33:20.123Z',
    valid_to: i === 0 ? '2028-12-31' : null, revoked: i === 1 ? [[0, 9], [77, 77]] : [],
  }));
  const list = signedDocument(secrets.office, {
    type: 'assay-keys', version: 1, brand: '元宝', host: 'https://v.brand.cn',
    utc_offset_minutes: 480, published_at: '2026-09-22T00:00:00.000Z',
    office_key: publicHalf(secrets.office).raw.toString('base64url'), keys: listed,
  });
  return { batches: rows, list };
}

function goldenReceipts() {
  const key = derived(secrets.service, 'assay/service/receipt', null, 32);
  const cases = [
    { verdict: 0, item: 0n, scanId: Buffer.alloc(16), device: 0n, expiresAtMs: 1n },
    { verdict: 9, item: 0x0123456789abcdefn, scanId: bytesFrom(5, 16), device: 2n ** 64n - 1n,
      expiresAtMs: 1795294923456n },
  ];
  return cases.map((fields) => ({
    key: hex(key), verdict: fields.verdict, item: fields.item.toString(16),
    scan_id: hex(fields.scanId), device: fields.device.toString(16),
    expires_at_unix_ms: Number(fields.expiresAtMs), text: makeReceipt(key, fields),
  }));
}

const out = process.argv[2] ?? HERE;
const vectors = {
  codes: goldenCodes(), keys: goldenKeys(), offline: goldenOffline(), receipts: goldenReceipts(),
};
for (const [name, value] of Object.entries(vectors)) {
  writeFileSync(join(out, `${name}.json`), JSON.stringify(value, null, 1) + '\n');
}
