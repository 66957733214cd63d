// SPDX-License-Identifier: Apache-2.0
// The dashboard's words against those that the core gives: none is missing in either language, none is
// left of what the core no longer says, and its lists to choose from are whole.
// usage: audit_words.mjs AUDIT_WORDS
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [program] = process.argv.slice(2);
if (!program) {
  console.error('usage: audit_words.mjs AUDIT_WORDS');
  process.exit(2);
}
const source = fileURLToPath(new URL('../../verifier/dashboard/src/', import.meta.url));
// The modules carry no package.json that says so, but they are modules.
const load = (name) => import(`data:text/javascript;base64,${readFileSync(source + name).toString('base64')}`);
const { WORDS, VERDICTS } = await load('words.js');

const said = new Set(execFileSync(program, { encoding: 'utf8' }).trim().split('\n'));
const groups = new Set([...said].map((word) => word.split('.')[0]));
assert.deepEqual([...groups].sort(), ['batch', 'channel', 'kind', 'left_out', 'level', 'net', 'reason', 'sale', 'state', 'verdict']);
assert.ok(said.size > 50, `only ${said.size} words`);

const known = Object.keys(WORDS).filter((word) => groups.has(word.split('.')[0]));
assert.deepEqual([...said].filter((word) => !WORDS[word]), [], 'the core says it, the dashboard has no word for it');
assert.deepEqual(known.filter((word) => !said.has(word)), [], 'the dashboard has a word that the core never says');
for (const [name, pair] of Object.entries(WORDS)) {
  assert.equal(pair.length, 2, name);
  assert.match(pair[0], /\p{Script=Han}/u, `${name}: zh-CN`);
  assert.match(pair[1], /^[A-Za-z]/, `${name}: en`);
}

/* Lists in views from which somebody chooses. */
const of = (group) => [...said].filter((word) => word.startsWith(`${group}.`)).map((word) => word.slice(group.length + 1)).sort();
function listed(file, name) {
  const found = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(readFileSync(source + file, 'utf8'));
  assert.ok(found, `${file}: no list ${name}`);
  return [...found[1].matchAll(/'(\w+)'/g)].map((word) => word[1]).sort();
}
assert.deepEqual([...VERDICTS].sort(), of('verdict'));
assert.deepEqual(listed('views/alerts.js', 'KINDS'), of('kind'));
assert.deepEqual(listed('views/alerts.js', 'STATES'), of('state'));
assert.deepEqual(['low', ...listed('views/codes.js', 'LEVELS')].sort(), of('level'));
console.log(`audit_words: ${said.size} words of the core, each in two languages`);
