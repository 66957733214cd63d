// SPDX-License-Identifier: Apache-2.0
// The row of filters. Each change goes into the address at once.
import { h } from './dom.js';
import { addDays, country, day, monday, place } from './format.js';
import { named, t } from './i18n.js';
import { PROVINCES } from './provinces.js';
import { FILTERS, go } from './state.js';

const WEEKS = [4, 13, 26, 52];
const WEEKS_AT_FIRST = 26;

/** The day with which the last `weeks` weeks begin: a Monday, since roll-ups count whole weeks. */
function begin(about, weeks) {
  return addDays(monday(about.today), -7 * (weeks - 1));
}

/** The filters as they are asked: those of the address, and a period where it names none. */
export function asked(state, about) {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, state[name]]));
  filters.from ||= state.to ? undefined : begin(about, WEEKS_AT_FIRST);
  filters.to ||= about.today;
  return filters;
}

/** The filters in words, for headings and print. */
export function inWords(filters, about) {
  const product = about.products.find((one) => one.sku === filters.sku);
  const what = [
    filters.sku && named(product && product.name, filters.sku),
    filters.handle && `${t('filter.batch')} ${filters.handle}`,
    filters.region ? regionName(filters.region) : filters.country && country(filters.country),
  ].filter(Boolean).join(' · ');
  return t('filter.in_words', { from: day(filters.from || (about.days && about.days.first)),
    to: day(filters.to), what: what || t('filter.whole') });
}

function regionName(region) {
  const province = PROVINCES.find((one) => `CN-${one.word}` === region);
  return place({ country: region.slice(0, 2), region, name: province ? province.name : null });
}

function field(label, control) {
  return h('label', {}, h('span', {}, label), control);
}

function select(value, choices, change, attributes = {}) {
  const box = h('select', { ...attributes, onchange: (event) => change(event.target.value) },
    choices.map(([key, label]) => h('option', { value: key, selected: key === (value || '') }, label)));
  box.value = value || '';
  return box;
}

function periodSelect(state, filters, about) {
  const first = about.days && about.days.first;
  const known = WEEKS.find((weeks) => filters.to === about.today && filters.from === begin(about, weeks));
  const everything = first && filters.from === first && filters.to === about.today;
  const value = known ? String(known) : (everything ? 'all' : 'own');
  const choices = WEEKS.map((weeks) => [String(weeks), t('filter.weeks', { n: weeks })]);
  if (first) {
    choices.push(['all', t('filter.all_time')]);
  }
  if (value === 'own') {
    choices.push(['own', t('filter.own')]);
  }
  return select(value, choices, (chosen) => {
    const weeks = Number(chosen);
    go(weeks === WEEKS_AT_FIRST ? { from: null, to: null }
      : { from: chosen === 'all' ? first : begin(about, weeks), to: null });
  }, { name: 'period' });
}

function dayInput(name, filters, about) {
  const input = h('input', { type: 'date', name, value: filters[name] || '', max: about.today });
  input.addEventListener('change', () => {
    const from = name === 'from' ? input.value : filters.from;
    const to = name === 'to' ? input.value : filters.to;
    const wrong = from && to && to < from;
    input.setCustomValidity(wrong ? t('filter.wrong_order') : '');
    if (!input.reportValidity()) {
      return;
    }
    go({ [name]: input.value || null });
  });
  return input;
}

function regionSelect(state) {
  const choices = PROVINCES.filter((one) => !['HK', 'MO', 'TW'].includes(one.word))
    .map((one) => [`CN-${one.word}`, named(one.name)]);
  if (state.country !== 'CN' && !state.region) {
    return null;
  }
  if (state.region && !choices.some(([code]) => code === state.region)) {
    choices.push([state.region, regionName(state.region)]);
  }
  return field(t('filter.region'), select(state.region, [['', t('filter.any')], ...choices],
    (region) => go({ region }), { name: 'region' }));
}

/** The form for a state of the address. */
export function filterRow(state, about) {
  const filters = asked(state, about);
  const all = ['', t('filter.any')];
  const products = about.products.map((one) => [one.sku, `${named(one.name, one.sku)} (${one.sku})`]);
  const batches = about.batches.filter((one) => !state.sku || one.sku === state.sku)
    .map((one) => [one.handle, `${one.handle} · ${one.lot}`]);
  const countries = about.countries.map((code) => [code, country(code)]);
  const some = FILTERS.some((name) => state[name]);
  return h('form', { class: 'filters', 'aria-label': t('filter.title'), onsubmit: (event) => event.preventDefault() },
    field(t('filter.period'), periodSelect(state, filters, about)),
    field(t('filter.from'), dayInput('from', filters, about)),
    field(t('filter.to'), dayInput('to', filters, about)),
    field(t('filter.product'), select(state.sku, [all, ...products], (sku) => go({ sku, handle: null }), { name: 'sku' })),
    field(t('filter.batch'), select(state.handle, [all, ...batches], (handle) => go({ handle }), { name: 'handle' })),
    field(t('filter.country'), select(state.country, [all, ...countries],
      (code) => go({ country: code, region: null }), { name: 'country' })),
    regionSelect(state),
    some ? h('button', { type: 'button', class: 'quiet clear', onclick: () => go(Object.fromEntries(
      FILTERS.map((name) => [name, null]))) }, t('filter.clear')) : null);
}
