// SPDX-License-Identifier: Apache-2.0
// Columns that several tables share.
import { h } from '../dom.js';
import { band, count, decimal, percent } from '../format.js';
import { t } from '../i18n.js';
import { ITEMS_MIN } from '../shade.js';

/** A count. */
export function counted(key, label, value = (row) => row[key]) {
  return { key, label, number: true, raw: value, text: (row) => count(value(row)) };
}

/** A measure with decimals. */
export function measured(key, label, digits = 1) {
  return { key, label, number: true, raw: (row) => row[key], text: (row) => decimal(row[key], digits) };
}

/* Without an item there is no share, whatever later scans of other places' items say. */
const part = (name) => (row) => (row.e2 && row.items > 0 ? row.e2[name] : null);
const few = (row) => (row.items > 0 && row.items < ITEMS_MIN ? t('col.few', { n: ITEMS_MIN }) : null);

/** The fake share: estimate, interval (two columns in a file), lower bound. */
export function shares() {
  return [
    { key: 'e2_point', label: t('col.e2'), number: true, raw: part('point'), soft: few, text: (row) => percent(part('point')(row)) },
    { key: 'e2_low', label: t('col.band'), number: true, raw: part('low'), soft: few,
      text: (row) => band(part('low')(row), part('high')(row)) },
    { key: 'e2_high', hidden: true, raw: part('high') },
    { key: 'e2_lower_bound', label: t('col.least'), number: true, raw: part('lower_bound'),
      text: (row) => percent(part('lower_bound')(row)) },
  ];
}

/** Flagged items: how many, never as a share. */
export function flagged() {
  return { key: 'flagged', label: t('col.flagged'), number: true,
    raw: (row) => row.flagged.suspect + row.flagged.cloned,
    text: (row) => `${count(row.flagged.suspect)} / ${count(row.flagged.cloned)}` };
}

/** A link within the page. */
export function goLink(href, ...content) {
  return h('a', { href, 'data-go': true }, content);
}

/** A place, shown by its name and kept by its codes. */
export function placed(text, value = (row) => row.place) {
  return [
    { key: 'country', label: t('col.place'), head: true, raw: (row) => value(row)?.country ?? null, text },
    { key: 'region', hidden: true, raw: (row) => value(row)?.region ?? null },
  ];
}

/** What is kept in a file and not shown. */
export function kept(key, raw = (row) => row[key]) {
  return { key, hidden: true, raw };
}
