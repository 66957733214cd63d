// SPDX-License-Identifier: Apache-2.0
// A chart with its heading, what it means, and the same figures as a table.
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { csvButton, table } from './table.js';

/* Made and not yet drawn: a chart needs the size that it has in the page. */
let waiting = [];

/** Draw the charts of the view that has just been put into the page. */
export async function drawFigures() {
  const mine = waiting;
  waiting = [];
  if (mine.length > 0) {
    const charts = await import('../charts.js');
    mine.filter(([canvas]) => canvas.isConnected).forEach(([canvas, draw]) => draw(charts, canvas));
  }
}

/**
 * empty: there is nothing to draw, which is said instead;
 * title, what (a sentence), say (what a screen reader hears), tall: a class of height,
 * draw(charts, element): called with the module of charts by drawFigures; rows: {columns, rows, name}, for the table and the file; tools: further controls.
 */
export function figure({ title, what, say, tall = 'middle', draw, rows = null, tools = [], empty = false }) {
  const canvas = empty ? h('p', { class: 'nothing' }, t('frame.nothing'))
    : h('div', { class: `chart ${tall}`, role: 'img', 'aria-label': say });
  if (!empty) {
    waiting.push([canvas, draw]);
  }
  return h('figure', { class: 'card' },
    h('div', { class: 'head' }, h('h2', {}, title), h('div', { class: 'tools' }, tools)),
    what ? h('p', { class: 'soft' }, what) : null,
    canvas,
    rows ? h('div', { class: 'foot' }, h('details', {}, h('summary', {}, t('table.show')),
      table({ caption: title, ...rows })), csvButton(rows.name, rows.columns, rows.rows)) : null);
}
