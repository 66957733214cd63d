// SPDX-License-Identifier: Apache-2.0
// From a figure to one of six shades, the same on every map, and their legend.
import { h } from './dom.js';
import { count, decimal, percent, roundPercent } from './format.js';
import { t } from './i18n.js';

/** Below so many items a share says little. */
export const ITEMS_MIN = 30;
const SHARES = [0.01, 0.03, 0.06, 0.12, 0.25];

/** measure: e2, excess or scans; rows: of the query `regions`. */
export function shading(measure, rows) {
  const value = (row) => (measure === 'e2' ? row.e2 && row.e2.point : row[measure]);
  const largest = Math.max(0, ...rows.map((row) => value(row) || 0));
  const steps = measure === 'e2' ? SHARES
    : [0.02, 0.1, 0.25, 0.45, 0.7].map((part) => part * largest);
  const say = { e2: percent, excess: (number) => decimal(number, 1), scans: count }[measure];
  return {
    /** The class of a row, or of no row. */
    shade(row) {
      if (!row || row.scans === 0) {
        return 'shade-none';
      }
      if (measure === 'e2' && (row.items < ITEMS_MIN || !row.e2)) {
        return 'shade-few';
      }
      return `shade-${steps.filter((step) => value(row) >= step && step > 0).length}`;
    },
    text: (row) => (row ? say(value(row)) : t('map.none')),
    legend() {
      const edge = measure === 'e2' ? roundPercent : say;
      const swatch = (shade, label) => h('li', {}, h('span', { class: `swatch ${shade}` }), label);
      const few = measure === 'e2' ? swatch('shade-few', t('map.few', { n: ITEMS_MIN })) : null;
      const classes = largest > 0 || measure === 'e2'
        ? [`< ${edge(steps[0])}`, ...steps.map((step) => `≥ ${edge(step)}`)] : [];
      return h('ul', { class: 'legend' }, classes.map((label, at) => swatch(`shade-${at}`, label)), few,
        swatch('shade-none', t('map.none')));
    },
  };
}
