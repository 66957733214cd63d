// SPDX-License-Identifier: Apache-2.0
// What stands behind the figures, in plain words, from what the server says it used.
import { h } from '../dom.js';
import { count, decimal, roundPercent, time } from '../format.js';
import { t } from '../i18n.js';

/** Sentences of an answer's `basis`. */
export function sentences(basis) {
  const { rho } = basis;
  return [
    t('basis.e2'),
    t('basis.interval', { delta: roundPercent(basis.delta), b0: roundPercent(basis.b0) }),
    basis.table === 'default' ? t('basis.table.default')
      : t('basis.table.calibrated', { at: time(basis.calibrated_at), n: count(basis.reference_items) }),
    rho.point === null ? t('basis.rho', { low: decimal(rho.low, 1), high: decimal(rho.high, 1) })
      : t('basis.rho.anchored', { point: decimal(rho.point, 2), n: count(basis.purchases),
        band: `${decimal(rho.low, 2)}–${decimal(rho.high, 2)}` }),
    basis.sales ? t('basis.sales.yes') : t('basis.sales.no'),
    t('basis.e1'),
    t('basis.change'),
  ];
}

/** The closing card of a view. */
export function basisCard(basis) {
  return h('section', { class: 'card basis' }, h('h2', {}, t('basis.title')),
    h('ul', {}, sentences(basis).map((sentence) => h('li', {}, sentence))));
}

/** What excess is; beside every ranking. */
export function excessNote(basis) {
  return t('words.excess', { b0: decimal(basis.b0, 3) });
}
