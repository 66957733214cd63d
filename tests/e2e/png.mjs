// SPDX-License-Identifier: Apache-2.0
// A screenshot with at most 64 colours, for the docs: PNG in, palette PNG out
// (PNG specification, third edition, sections 9 and 11.2).
import zlib from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

function* chunks(png) {
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

function paeth(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* Undo the filters of 8-bit RGB or RGBA without interlace. */
function decode(png) {
  const parts = [...chunks(png)];
  const head = parts.find((chunk) => chunk.type === 'IHDR').data;
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const step = head[9] === 6 ? 4 : 3;
  const raw = zlib.inflateSync(Buffer.concat(
    parts.filter((chunk) => chunk.type === 'IDAT').map((chunk) => chunk.data)));
  const stride = width * step;
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const a = x >= step ? out[at - step] : 0;
      const b = y > 0 ? out[at - stride] : 0;
      const c = x >= step && y > 0 ? out[at - stride - step] : 0;
      const add = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
      out[at] = raw[y * (stride + 1) + 1 + x] + add;
    }
  }
  return { width, height, step, pixels: out };
}

function nearest(palette, color) {
  let best = 0;
  let least = Infinity;
  palette.forEach((other, index) => {
    const distance = [16, 8, 0].reduce(
      (sum, shift) => sum + (((color >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
    if (distance < least) {
      [best, least] = [index, distance];
    }
  });
  return best;
}

/* The most frequent colours, none too like one that is taken. */
function choose(counts, size) {
  const palette = [];
  const far = (color) => palette.every((other) => [16, 8, 0].some(
    (shift) => Math.abs(((color >> shift) & 255) - ((other >> shift) & 255)) > 9));
  for (const [color] of [...counts].sort((a, b) => b[1] - a[1])) {
    if (palette.length < size && far(color)) {
      palette.push(color);
    }
  }
  return palette;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

function crc(data) {
  let value = 0xffffffff;
  for (const byte of data) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** The same picture with a palette of at most `size` colours. */
export function shrink(png, size = 64) {
  const { width, height, step, pixels } = decode(png);
  const counts = new Map();
  const colors = new Uint32Array(width * height);
  for (let i = 0; i < colors.length; i++) {
    colors[i] = pixels.readUIntBE(i * step, 3);
    counts.set(colors[i], (counts.get(colors[i]) || 0) + 1);
  }
  const palette = choose(counts, size);
  const index = new Map([...counts.keys()].map((color) => [color, nearest(palette, color)]));
  const rows = Buffer.alloc((width + 1) * height);
  colors.forEach((color, i) => {
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = index.get(color);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.alloc(palette.length * 3);
  palette.forEach((color, i) => table.writeUIntBE(color, i * 3, 3));
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', table),
    chunk('IDAT', zlib.deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
