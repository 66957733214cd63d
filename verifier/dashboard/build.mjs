// SPDX-License-Identifier: Apache-2.0
// Bundle the dashboard, compress it, and write what the verifier embeds.
// usage: build.mjs OUT_DIR ISO_CODES_DIR ICON.svg
//   OUT_DIR/index.html, OUT_DIR/assets/NAME-HASH.EXT with .gz and .br beside each,
//   OUT_DIR/dashboard_files.S (their bytes) and OUT_DIR/dashboard_files.inc (the table)
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embed } from './embed.mjs';
import { worldModule } from './world.mjs';

const [out, isoCodes, icon] = process.argv.slice(2);
if (!icon) {
  console.error('usage: build.mjs OUT_DIR ISO_CODES_DIR ICON.svg');
  process.exit(2);
}
const here = path.dirname(fileURLToPath(import.meta.url));

/* The maps' data as a module of its own. */
const world = {
  name: 'world',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^assay:world$/ }, () => ({ path: 'world', namespace: 'assay' }));
    esbuild.onLoad({ filter: /.*/, namespace: 'assay' },
      () => ({ contents: worldModule(isoCodes), loader: 'js', resolveDir: here }));
  },
};

fs.rmSync(out, { recursive: true, force: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: { dashboard: 'src/main.js' },
  outdir: path.join(out, 'assets'),
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['chrome100', 'firefox100', 'safari15.4'],
  minify: true,
  entryNames: '[name]-[hash]',
  chunkNames: 'dashboard-[name]-[hash]',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [world],
});

const entry = Object.entries(result.metafile.outputs).find(([, one]) => one.entryPoint === 'src/main.js');
const url = (file) => `/assets/${path.basename(file)}`;
const hash = createHash('sha256').update(fs.readFileSync(icon)).digest('hex').slice(0, 8);
const kept = path.join(out, 'assets', `dashboard-${hash}.svg`);
fs.copyFileSync(icon, kept);
const page = fs.readFileSync(path.join(here, 'index.html'), 'utf8')
  .replace('@SCRIPT@', url(entry[0])).replace('@STYLE@', url(entry[1].cssBundle)).replace('@ICON@', url(kept));
fs.writeFileSync(path.join(out, 'index.html'), page);

function packed(file) {
  const plain = fs.readFileSync(file);
  fs.writeFileSync(`${file}.gz`, zlib.gzipSync(plain, { level: 9 }));
  fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(plain, { params: {
    [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }));
}

const assets = fs.readdirSync(path.join(out, 'assets')).sort().map((name) => path.join(out, 'assets', name));
[...assets, path.join(out, 'index.html')].forEach(packed);
embed(out, assets);
