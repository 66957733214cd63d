// SPDX-License-Identifier: Apache-2.0
// Alerts and what was decided about them.
import { act, query, queryAll } from '../api.js';
import { h, put } from '../dom.js';
import { count, day, decimal, grouped, NONE, percent, place, time } from '../format.js';
import { t, word } from '../i18n.js';
import { goLink, kept } from '../parts/columns.js';
import { stateMark } from '../parts/marks.js';
import { table } from '../parts/table.js';
import { go, link } from '../state.js';

const SHARES = ['diversion', 'pin_attack'];
const STATES = ['open', 'confirmed', 'dismissed'];
const KINDS = ['leak', 'honey', 'cloned', 'outbreak', 'diversion', 'pin_attack', 'forgery'];
const FILE_ROWS_MAX = 10000;

function subject({ subject: about }) {
  const parts = [];
  if (about.code) {
    parts.push(goLink(link({ view: 'code', code: about.code }), grouped(about.code)));
  } else if (about.handle) {
    parts.push(goLink(link({ view: 'codes', handle: about.handle }), `${t('col.batch')} ${about.handle}`));
  } else if (about.sku) {
    parts.push(goLink(link({ view: 'batches', sku: about.sku }), about.sku));
  }
  if (about.place && about.place.country) {
    parts.push(h('small', {}, place(about.place)));
  }
  if (about.day) {
    parts.push(h('small', {}, day(about.day)));
  }
  return parts.length ? parts : NONE;
}

/* Ask for a decision; resolves when the office has it or the person gave up. */
function ask(row, state, decided) {
  const needed = state === 'dismissed';
  const reason = h('textarea', { id: 'reason', rows: '3', maxlength: '400', required: needed,
    'aria-describedby': 'reason-note' });
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const decide = h('button', { type: 'submit', class: 'main' }, t({ confirmed: 'alerts.confirm',
    dismissed: 'alerts.dismiss', open: 'alerts.reopen' }[state]));
  const dialog = h('dialog', { 'aria-labelledby': 'ask-title', onclose: () => dialog.remove() });
  const submit = async (event) => {
    event.preventDefault();
    decide.disabled = true;
    try {
      const body = { id: row.id, state };
      if (reason.value.trim()) {
        body.reason = reason.value.trim();
      }
      const answer = await act('alert/state', body);
      dialog.close();
      decided(answer);
    } catch (error) {
      problem.textContent = error.status === 0 ? t('frame.unreachable') : error.message;
      problem.hidden = false;
      decide.disabled = false;
    }
  };
  put(dialog, h('form', { onsubmit: submit },
    h('h2', { id: 'ask-title' }, t(`alerts.ask.${state}`)),
    h('p', {}, `${word('kind', row.kind)} · ${time(row.at)}`),
    h('label', { for: 'reason' }, t('alerts.reason')), reason,
    h('p', { class: 'soft', id: 'reason-note' }, t(needed ? 'alerts.reason.needed' : 'alerts.reason.optional')), problem,
    h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() },
      t('alerts.cancel')), decide)));
  document.body.append(dialog);
  dialog.showModal();
}

/* Shares as such; the others as they are. */
function measure(row) {
  const figure = SHARES.includes(row.kind) ? percent : decimal;
  return `${figure(row.measure)} / ${figure(row.threshold)}`;
}

function actions(row, decided) {
  const button = (state, text) => h('button', { type: 'button', class: 'quiet', 'data-act': state,
    onclick: () => ask(row, state, decided) }, t(text));
  return h('div', { class: 'actions' }, row.state === 'open'
    ? [button('confirmed', 'alerts.confirm'), button('dismissed', 'alerts.dismiss')]
    : button('open', 'alerts.reopen'));
}

function columns(mayWrite, decided) {
  return [
    kept('id'), kept('at'),
    { key: 'kind', label: t('col.kind'), head: true, raw: (row) => row.kind,
      text: (row) => [word('kind', row.kind), h('small', {}, time(row.at)), h('small', {}, row.rule)] },
    { key: 'subject', label: t('col.subject'), text: subject },
    kept('rule'), kept('sku', (row) => row.subject.sku), kept('handle', (row) => row.subject.handle),
    kept('code', (row) => row.subject.code), kept('country', (row) => row.subject.place?.country ?? null),
    kept('region', (row) => row.subject.place?.region ?? null), kept('day', (row) => row.subject.day),
    { key: 'measure', label: t('col.measure'), number: true, raw: (row) => row.measure,
      text: (row) => measure(row) }, kept('threshold'),
    { key: 'state', label: t('col.state'), class: 'wide', raw: (row) => row.state, text: (row) => [stateMark(row.state),
      row.reason ? h('q', {}, row.reason) : null,
      row.by ? h('small', {}, t('alerts.by', { who: row.by, time: time(row.changed_at) })) : null].filter(Boolean) },
    kept('reason'), kept('by'), kept('changed_at'),
    ...(mayWrite ? [{ key: 'action', label: t('col.action'), class: 'screen', text: (row) => actions(row, decided) }] : [])];
}

function choice(name, label, values, current, text) {
  const box = h('select', { name, onchange: () => go({ [name]: box.value || null }) },
    h('option', { value: '' }, t('filter.any')),
    values.map((value) => h('option', { value, selected: value === current }, text(value))));
  return h('label', { class: 'inline' }, h('span', {}, label), box);
}

/** The view. */
export async function alerts({ state, filters, about, signal, refresh }) {
  const asked = { ...filters, state: STATES.includes(state.state) ? state.state : undefined,
    kind: KINDS.includes(state.kind) ? state.kind : undefined };
  const answer = await query('alerts', { ...asked, limit: 100 }, signal);
  const said = h('p', { class: 'said', role: 'status' });
  const decided = async (row) => {
    await refresh();
    document.querySelector('.said').textContent = t('alerts.done', { state: word('state', row.state) });
  };
  const mayWrite = about.me.scopes.includes('write') || about.me.scopes.includes('admin');
  const labels = (value) => `${word('state', value)} (${count(answer.counts[value])})`;
  const holder = h('div', {});
  let { rows, next } = answer;
  const load = async () => {
    const page = await query('alerts', { ...asked, limit: 100, after: next });
    rows = [...rows, ...page.rows];
    next = page.next;
    draw();
  };
  const draw = () => put(holder, table({ caption: t('view.alerts'), name: 'alerts', rows,
    columns: columns(mayWrite, decided), least: rows.length, all: next ? () => queryAll('alerts', asked, FILE_ROWS_MAX) : rows,
    more: next ? h('button', { type: 'button', class: 'quiet', name: 'next', onclick: load }, t('table.more')) : null }));
  draw();
  return { answer, nodes: [
    h('h1', { tabindex: '-1' }, t('view.alerts')),
    h('section', { class: 'card' },
      h('div', { class: 'head' }, h('p', { class: 'soft' }, mayWrite ? t('alerts.what') : t('alerts.read_only')),
        h('div', { class: 'tools' }, choice('state', t('alerts.state'), STATES, state.state, labels),
          choice('kind', t('alerts.kind'), KINDS, state.kind, (value) => word('kind', value)))),
      said, rows.length === 0 ? h('p', { class: 'nothing' }, t('frame.nothing')) : holder)] };
}
