// SPDX-License-Identifier: Apache-2.0
// The figures of the period, the fake share over time, and the answers by verdict.
import { query } from '../api.js';
import { h } from '../dom.js';
import { band, count, day, decimal, NONE, percent, shortDay, time } from '../format.js';
import { t, word } from '../i18n.js';
import { live, onLive } from '../live.js';
import { basisCard } from '../parts/basis.js';
import { counted, measured, shares } from '../parts/columns.js';
import { figure } from '../parts/figure.js';
import { table } from '../parts/table.js';
import { ITEMS_MIN } from '../shade.js';
import { go, link } from '../state.js';
import { VERDICTS } from '../words.js';

function card(title, value, notes, options = {}) {
  return h('div', { class: `kpi ${options.class || ''}`, 'data-kpi': options.name },
    h('dt', {}, title), h('dd', {}, h('span', { class: 'value' }, value),
      notes.filter(Boolean).map((note) => h('span', { class: 'note' }, note))));
}

function soldCard({ e3, basis }) {
  if (e3 && e3.anchored) {
    return card(t('kpi.e3'), percent(e3.point), [t('kpi.e3.anchored', { n: count(basis.purchases),
      band: band(e3.low, e3.high) })], { name: 'e3' });
  }
  return card(t('kpi.e3'), e3 ? band(e3.low, e3.high) : NONE, [t('kpi.e3.band', {
    low: decimal(basis.rho.low, 1), high: decimal(basis.rho.high, 0) })], { name: 'e3' });
}

function changeCard({ change }) {
  if (!change || !change.odds_ratio) {
    return card(t('kpi.change'), NONE, [], { name: 'change' });
  }
  const { point, low, high } = change.odds_ratio;
  const clear = high < 1 ? t('kpi.change.down') : (low > 1 ? t('kpi.change.up') : t('kpi.change.open'));
  return card(t('kpi.change'), `× ${decimal(point, 2)}`, [clear, t('kpi.change.band', {
    low: decimal(low, 2), high: decimal(high, 2), from: day(change.from), to: day(change.to) })], { name: 'change' });
}

function cards(answer) {
  const { e2, e0, forged, flagged, alerts, left_out: out } = answer;
  const left = Object.entries(out).filter(([, n]) => n > 0)
    .map(([name, n]) => `${word('left_out', name)} ${count(n)}`).join(t('list.comma'));
  return h('dl', { class: 'kpis' },
    card(t('kpi.e2'), e2 ? percent(e2.point) : NONE, e2 ? [t('kpi.e2.band', { band: band(e2.low, e2.high) }),
      t('kpi.e2.least', { low: percent(e2.lower_bound) }),
      answer.items < ITEMS_MIN && t('col.few', { n: ITEMS_MIN })] : [], { class: 'first', name: 'e2' }),
    soldCard(answer),
    changeCard(answer),
    card(t('kpi.e0'), e0 ? percent(e0.share) : NONE, [t('kpi.e0.tries', { requests: count(forged.requests),
      sources: count(forged.sources) }), t('kpi.e0.of')], { name: 'e0' }),
    card(t('kpi.scans'), count(answer.scans), [t('kpi.scans.items', { items: count(answer.items) }),
      left && t('kpi.scans.out', { list: left })], { name: 'scans' }),
    card(t('kpi.flagged'), count(flagged.check + flagged.suspect + flagged.cloned), [t('kpi.flagged.levels', {
      cloned: count(flagged.cloned), suspect: count(flagged.suspect), check: count(flagged.check) }),
    t('kpi.flagged.not')], { name: 'flagged' }),
    alerts && card(t('kpi.alerts'), h('a', { href: link({ view: 'alerts', state: 'open' }), 'data-go': true },
      count(alerts.open)), [t('kpi.alerts.done', { confirmed: count(alerts.confirmed),
      dismissed: count(alerts.dismissed) })], { name: 'alerts' }));
}

function bucketSelect(bucket) {
  const box = h('select', { name: 'bucket', onchange: () => go({ bucket: box.value === 'week' ? null : box.value }) },
    ['week', 'day'].map((value) => h('option', { value, selected: value === bucket }, t(`bucket.${value}`))));
  return h('label', { class: 'inline' }, h('span', {}, t('bucket.label')), box);
}

function seriesColumns(bucket) {
  return [
    { key: 'from', label: t(`col.${bucket}`), head: true, raw: (row) => row.from, text: (row) => day(row.from) },
    counted('scans', t('col.scans')), counted('items', t('col.items')), measured('mass', t('col.mass')),
    measured('excess', t('col.excess')), ...shares(),
    counted('forged_requests', t('col.forged'), (row) => row.forged.requests), counted('alerts', t('col.alerts')),
  ];
}

function rateFigure(points, bucket) {
  const tip = (at) => [day(points[at].from), [
    [t('col.e2'), percent(points[at].e2?.point)],
    [t('col.band'), band(points[at].e2?.low, points[at].e2?.high)],
    [t('col.least'), percent(points[at].e2?.lower_bound)],
    [t('col.items'), count(points[at].items)]]];
  const last = [...points].reverse().find((point) => point.e2)?.e2;
  const labelled = points.map((point) => ({ label: shortDay(point.from), e2: point.e2 }));
  return figure({ title: t('chart.rate'), what: t('chart.rate.what'),
    say: t('chart.rate.say', { n: points.length, point: percent(last?.point), band: band(last?.low, last?.high) }),
    tools: [bucketSelect(bucket)],
    empty: !last,
    draw: (charts, element) => charts.rate(element, labelled, tip),
    rows: { columns: seriesColumns(bucket), rows: points, name: `fake-share-by-${bucket}` } });
}

function scansFigure(points) {
  const total = points.reduce((sum, point) => sum + point.scans, 0);
  const tip = (at) => [day(points[at].from), [[t('chart.first'), count(points[at].items)],
    [t('chart.repeat'), count(points[at].scans - points[at].items)],
    [t('chart.forged'), count(points[at].forged.requests)]]];
  const series = [
    { name: t('chart.first'), colour: 'good', data: points.map((point) => point.items) },
    { name: t('chart.repeat'), colour: 'accent', data: points.map((point) => Math.max(0, point.scans - point.items)) },
    { name: t('chart.forged'), colour: 'bad', data: points.map((point) => point.forged.requests) }];
  const legend = h('ul', { class: 'legend' }, series.map((one) => h('li', {},
    h('span', { class: `swatch fill-${one.colour}` }), one.name)));
  return figure({ title: t('chart.scans'), what: t('chart.scans.what'), tools: [legend],
    say: t('chart.scans.say', { n: points.length, scans: count(total) }), tall: 'low',
    empty: points.every((point) => point.scans + point.forged.requests === 0),
    draw: (charts, element) => charts.bars(element, points.map((point) => shortDay(point.from)), series, tip) });
}

function verdictsCard(verdicts) {
  const rows = VERDICTS.map((name) => ({ name, count: verdicts[name] || 0,
    cell: h('span', { 'data-live': name }, NONE) }));
  const since = h('p', { class: 'soft screen' }, t('live.wait'));
  const card = h('section', { class: 'card', id: 'verdicts' },
    h('div', { class: 'head' }, h('h2', {}, t('chart.verdicts'))), since,
    table({ caption: t('chart.verdicts'), name: 'verdicts', rows, columns: [
      { key: 'verdict', label: t('col.verdict'), head: true, raw: (row) => row.name,
        text: (row) => word('verdict', row.name) },
      counted('count', t('col.count')),
      { key: 'live', label: t('live.column'), number: true, class: 'screen', text: (row) => row.cell }] }));
  const draw = (now) => {
    since.textContent = now.since ? `${t('live.title')}: ${t('live.since', { time: time(now.since) })}` : t('live.wait');
    rows.forEach((row) => { row.cell.textContent = now.verdicts ? count(now.verdicts[row.name] || 0) : NONE; });
  };
  const end = onLive((now) => (card.isConnected ? draw(now) : end()));
  draw(live());
  return card;
}

/** The view. */
export async function overview({ state, filters, signal }) {
  const bucket = state.bucket === 'day' ? 'day' : 'week';
  const [answer, series] = await Promise.all([query('overview', filters, signal),
    query('series', { ...filters, bucket }, signal)]);
  return { answer, nodes: [
    h('h1', { tabindex: '-1' }, t('view.overview')),
    cards(answer), rateFigure(series.points, bucket),
    h('div', { class: 'two' }, scansFigure(series.points), verdictsCard(answer.verdicts)),
    basisCard(answer.basis)] };
}
