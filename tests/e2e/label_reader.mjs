// SPDX-License-Identifier: Apache-2.0
// Readers from npm. Prints what each code says, one a line.
//   label_reader.mjs read IMAGE...             zxing-wasm, with its own wasm file: no network
//   label_reader.mjs zpl FILE WIDTH HEIGHT DPMM PREFIX   zpl-renderer-js: one PNG a label
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

async function read(images) {
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader');
  const wasm = require.resolve('zxing-wasm/reader/zxing_reader.wasm');
  await prepareZXingModule({
    overrides: { wasmBinary: readFileSync(wasm).buffer },
    fireImmediately: true,
  });
  for (const image of images) {
    const found = await readBarcodes(new Uint8Array(readFileSync(image)), {
      formats: ['QRCode'], maxNumberOfSymbols: 255, tryHarder: true,
    });
    for (const code of found) {
      console.log(code.text);
    }
  }
}

async function zpl([file, width, height, dpmm, prefix]) {
  const { ready } = require('zpl-renderer-js');
  const { api } = await ready;
  const labels = readFileSync(file, 'utf8').split('^XZ\n').filter((text) => text !== '');
  for (let i = 0; i < labels.length; i += 50) {
    const text = labels.slice(i, i + 50).map((label) => label + '^XZ\n').join('');
    const pictures = await api.zplToBase64MultipleAsync(text, Number(width), Number(height),
      Number(dpmm));
    pictures.forEach((picture, j) => {
      const name = `${prefix}${String(i + j).padStart(6, '0')}.png`;
      writeFileSync(name, Buffer.from(picture, 'base64'));
    });
  }
}

const [what, ...rest] = process.argv.slice(2);
await (what === 'zpl' ? zpl(rest) : read(rest));
process.exit(0);
