#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/* Digital Link URIs as bwip-js reads them (gs1dlqrcode): it takes ours, and refuses what our own
 * reader refuses; but it takes a GTIN of 13 digits, which is none in a Digital Link.
 * usage: offline.mjs FILE    a URI a line */
import { readFileSync } from 'node:fs';
import bwip from 'bwip-js/node';

const GTIN = 'https://a.example/01/12312312312333';
const RIGHT = [
  GTIN, `${GTIN}/21/S`, `${GTIN}/10/L`, `${GTIN}/10/L/21/S`, `${GTIN}/22/V/10/L/21/S`,
  `${GTIN}/22/V/21/S`, `${GTIN}/235/T`, `${GTIN}?99=ABC&98=XYZ%2f987`, `${GTIN}?3103=000195`,
  `${GTIN}/10/ABC%2B123?99=XYZ%2BQWERTY`, `${GTIN}?99=ABC&unknown=666&98=XYZ`,
  'https://a.example/some/where/01/12312312312333/21/S',
];
const WRONG = [
  'https://a.example/01/12312312312334', `${GTIN}/`,
  `${GTIN}/21/S/10/L`, `${GTIN}/10/L/22/V`, `${GTIN}/21/S/22/V`, `${GTIN}/235/T/21/S`,
  `${GTIN}/10/L/235/T`, `${GTIN}/99/ABC`, `${GTIN}/10/`, `${GTIN}/21/ABCDEFGHIJKLMNOPQRSTU`,
  `${GTIN}?10=ABC123`, `${GTIN}/21/S?10=ABC123`, `${GTIN}?21=S`, `${GTIN}?99=`,
  `${GTIN}?99=A&99=B`, `${GTIN}?999=faux`, `${GTIN}?17=181399`, `${GTIN}?8200=x`,
  `${GTIN}/21/S^T`, 'https://a.example/10/L',
];

function refusal(uri) {
  try {
    bwip.raw({ bcid: 'gs1dlqrcode', text: uri });
    return null;
  } catch (error) {
    return String(error.message ?? error);
  }
}

let failures = 0;
function expect(good, what) {
  if (!good) {
    console.error(`FAILED: ${what}`);
    failures++;
  }
}

const ours = readFileSync(process.argv[2], 'utf8').split('\n').filter((line) => line !== '');
expect(ours.length >= 9, `${ours.length} URIs are too few`);
for (const uri of [...ours, ...RIGHT]) {
  const why = refusal(uri);
  expect(why === null, `${uri}: ${why}`);
}
for (const uri of WRONG) expect(refusal(uri) !== null, `${uri} is taken`);
process.exit(failures === 0 ? 0 : 1);
