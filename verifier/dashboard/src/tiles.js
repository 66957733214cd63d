// SPDX-License-Identifier: Apache-2.0
// China as a grid of provinces: no map, so nothing that needs approval.
import { s } from './dom.js';
import { named } from './i18n.js';
import { APART, PROVINCES } from './provinces.js';

const SIDE = 84;
const GAP = 6;

/** The region (CN-GD) or country (HK) that a tile stands for. */
export function tileCode(province) {
  return APART.includes(province.word) ? province.word : `CN-${province.word}`;
}

/** look(code, name) => {shade, title, value, chosen, choose} */
export function tileGrid(label, look) {
  const tiles = PROVINCES.map((province) => {
    const name = named(province.name);
    const { shade, title, value, chosen, choose } = look(tileCode(province), name);
    const x = province.column * (SIDE + GAP);
    const y = province.row * (SIDE + GAP);
    const middle = { x: x + SIDE / 2, 'text-anchor': 'middle' };
    const long = name.length > 9 ? ' long' : '';
    return s('g', { class: `tile ${shade}${chosen ? ' chosen' : ''}`, onclick: choose },
      s('title', {}, title),
      s('rect', { x, y, width: SIDE, height: SIDE, rx: 6, class: `area ${shade}` }),
      s('text', { ...middle, y: y + SIDE * 0.45, class: `name${long}` }, name),
      s('text', { ...middle, y: y + SIDE * 0.75, class: 'value' }, value));
  });
  const width = 8 * (SIDE + GAP) - GAP;
  return s('svg', { class: 'map tiles', viewBox: `-2 -2 ${width + 4} ${width + 4}`, role: 'img', 'aria-label': label },
    tiles);
}
