// SPDX-License-Identifier: Apache-2.0
// Files into a C program: their bytes by the assembler, which is quick about it, and a table of them.
import fs from 'node:fs';
import path from 'node:path';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const FORMS = { plain: '', gzip: '.gz', brotli: '.br' };

function bytes(symbol, file) {
  return `    .globl ${symbol}\n    .hidden ${symbol}\n    .balign 16\n${symbol}:\n    .incbin "${file}"\n`;
}

function row(symbol, asset, sizes) {
  const spans = Object.keys(FORMS).map((form) => `     {${symbol}_${form}, ${sizes[form]}},\n`).join('');
  return `    {"/assets/${path.basename(asset)}", "${TYPES[path.extname(asset)]}",\n${spans}    },\n`;
}

/** Write OUT/dashboard_files.S and OUT/dashboard_files.inc: the page first, then the assets. */
export function embed(out, assets) {
  const text = ['    .section .rodata\n'];
  const declared = [];
  const rows = [path.join(out, 'index.html'), ...assets].map((asset, number) => {
    const symbol = `assay_dashboard_file_${number}`;
    const sizes = {};
    for (const [form, end] of Object.entries(FORMS)) {
      text.push(bytes(`${symbol}_${form}`, asset + end));
      declared.push(`extern const uint8_t ${symbol}_${form}[];\n`);
      sizes[form] = fs.statSync(asset + end).size;
    }
    return row(symbol, asset, sizes);
  });
  text.push('    .section .note.GNU-stack,"",@progbits\n');
  fs.writeFileSync(path.join(out, 'dashboard_files.S'), text.join(''));
  fs.writeFileSync(path.join(out, 'dashboard_files.inc'),
    `${declared.join('')}static const struct assay_asset files[] = {\n${rows.join('')}};\n`);
}
