// SPDX-License-Identifier: Apache-2.0
// Tables as files: RFC 4180, UTF-8 with a mark so that spreadsheets read Chinese.

function cell(value) {
  if (value === null || value === undefined) {
    return '';
  }
  let text = String(value);
  // A text that a spreadsheet would take for a formula is preceded by an apostrophe.
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) {
    text = `'${text}`;
  }
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Rows of values under a head of names, as text. */
export function toCsv(names, rows) {
  return [names, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** Give a file to the browser to keep. */
export function save(name, names, rows) {
  const blob = new Blob(['\ufeff', toCsv(names, rows)], { type: 'text/csv;charset=utf-8' });
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
}
