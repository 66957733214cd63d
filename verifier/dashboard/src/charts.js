// SPDX-License-Identifier: Apache-2.0
// The charts, with no more of ECharts than they use. Loaded when the first one is drawn.
import { init, use } from 'echarts/core';
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';
import { h } from './dom.js';
import { shortDay } from './format.js';
import { colour, onTheme } from './theme.js';

use([BarChart, LineChart, ScatterChart, GridComponent, TooltipComponent, CanvasRenderer]);

/* CSS pixels of a chart on A4. */
const PRINT_WIDTH = 640;
const PRINT_HEIGHT = 230;
const FONT = 'system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif';

/* Keeps a chart in step with its element, the theme and the printer, until its element is gone. */
function mount(element, option) {
  const chart = init(element, null, { renderer: 'canvas', devicePixelRatio: Math.max(2, window.devicePixelRatio) });
  const draw = () => chart.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option() }, true);
  let onPaper = false;
  const sizes = new ResizeObserver(() => onPaper || chart.resize());
  const end = onTheme((printing) => {
    if (!element.isConnected) {
      sizes.disconnect();
      end();
      chart.dispose();
      return;
    }
    onPaper = printing;
    chart.resize(printing ? { width: PRINT_WIDTH, height: Math.min(PRINT_HEIGHT, chart.getHeight()) } : undefined);
    draw();
  });
  draw();
  sizes.observe(element);
  return chart;
}

function grid(more = {}) {
  return { left: 8, right: 16, top: 12, bottom: 4, containLabel: true, ...more };
}

function axis(more) {
  return {
    axisLine: { lineStyle: { color: colour('line') } },
    axisTick: { show: false },
    axisLabel: { color: colour('soft'), hideOverlap: true },
    splitLine: { lineStyle: { color: colour('line') } },
    ...more,
  };
}

/* rows(index or item) => [head, [[label, value]]]; an element, so that no markup is parsed. */
function tooltip(trigger, rows) {
  return {
    trigger,
    confine: true,
    backgroundColor: colour('card'),
    borderColor: colour('line'),
    padding: 10,
    textStyle: { color: colour('ink'), fontSize: 13 },
    axisPointer: { type: 'line', lineStyle: { color: colour('soft') } },
    formatter: (given) => {
      const [head, lines] = rows(Array.isArray(given) ? given[0] : given);
      return h('div', { class: 'tip' }, h('strong', {}, head),
        h('dl', {}, lines.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value)))));
    },
  };
}

const share = (value) => `${Math.round(value * 1000) / 10}%`;

/** Estimate, interval and lower bound; points: [{label, e2}]; tip(index) as above. */
export function rate(element, points, tip) {
  const pick = (name) => points.map((point) => (point.e2 ? point.e2[name] : null));
  const width = points.map((point) => (point.e2 ? point.e2.high - point.e2.low : null));
  // A band has no width at a point without neighbours: there it is a bar.
  const alone = points.map((point, at) => point.e2 && !points[at - 1]?.e2 && !points[at + 1]?.e2);
  const only = (values) => values.map((value, at) => (alone[at] ? value : null));
  const bar = { type: 'bar', silent: true, stack: 'alone', barMaxWidth: 16 };
  const silent = { type: 'line', silent: true, symbol: 'none', stack: 'band', lineStyle: { opacity: 0 } };
  mount(element, () => ({
    grid: grid(),
    tooltip: tooltip('axis', (item) => tip(item.dataIndex)),
    xAxis: axis({ type: 'category', boundaryGap: alone.some(Boolean), data: points.map((point) => point.label),
      splitLine: { show: false } }),
    yAxis: axis({ type: 'value', min: 0, minInterval: 0.01, axisLine: { show: false },
      axisLabel: { color: colour('soft'), formatter: share } }),
    series: [
      { ...silent, data: pick('low') },
      { ...silent, data: width, areaStyle: { color: colour('accent'), opacity: 0.18 } },
      { ...bar, data: only(pick('low')), itemStyle: { opacity: 0 } },
      { ...bar, data: only(width), color: colour('accent'), itemStyle: { opacity: 0.18 } },
      { type: 'line', data: pick('lower_bound'), symbol: 'none', color: colour('accent'),
        lineStyle: { width: 1.5, type: [4, 4] } },
      { type: 'line', data: pick('point'), symbol: 'circle', symbolSize: 6, color: colour('accent'),
        lineStyle: { width: 2.5 } },
    ],
  }));
}

/** Stacked bars; series: [{name, colour, data}]. */
export function bars(element, labels, series, tip) {
  mount(element, () => ({
    grid: grid(),
    tooltip: tooltip('axis', (item) => tip(item.dataIndex)),
    xAxis: axis({ type: 'category', data: labels, splitLine: { show: false } }),
    yAxis: axis({ type: 'value', minInterval: 1, axisLine: { show: false } }),
    series: series.map((one) => ({ type: 'bar', stack: 'all', barMaxWidth: 34, name: one.name,
      color: colour(one.colour), data: one.data })),
  }));
}

/** Lying bars, the largest on top; rows: [{name, value}]; choose(index) at a click. */
export function ranking(element, rows, tip, choose) {
  const chart = mount(element, () => ({
    grid: grid({ top: 0, bottom: 0 }),
    tooltip: tooltip('item', (item) => tip(item.dataIndex)),
    xAxis: axis({ type: 'value', axisLine: { show: false } }),
    yAxis: axis({ type: 'category', inverse: true, data: rows.map((row) => row.name),
      axisLabel: { color: colour('ink'), width: 150, overflow: 'truncate' } }),
    series: [{ type: 'bar', barMaxWidth: 18, color: colour('warm'), data: rows.map((row) => row.value) }],
  }));
  chart.on('click', (event) => choose(event.dataIndex));
}

const DAY_MS = 86400000;
const SYMBOLS = { good: 'circle', warn: 'triangle', bad: 'diamond', ask: 'rect' };

/** Scans over time, a row for each device; scans: [{x, y, kind}]; lanes: their names. */
export function timeline(element, scans, lanes, tip) {
  const times = scans.map((scan) => scan.x);
  const days = Math.max(...times) - Math.min(...times) > 2 * DAY_MS;
  const isoOf = (at) => new Date(at).toISOString();
  mount(element, () => ({
    useUTC: true,
    grid: grid(),
    tooltip: tooltip('item', (item) => tip(item.dataIndex)),
    xAxis: axis({ type: 'time', minInterval: days ? DAY_MS : 0, axisLabel: { color: colour('soft'), hideOverlap: true,
      formatter: (at) => (days ? shortDay(isoOf(at).slice(0, 10)) : isoOf(at).slice(11, 16)) } }),
    yAxis: axis({ type: 'category', inverse: true, data: lanes, axisLabel: { color: colour('ink'),
      width: 110, overflow: 'truncate' }, splitLine: { show: true, lineStyle: { color: colour('line') } } }),
    series: [{ type: 'scatter', symbolSize: 12,
      data: scans.map((scan) => ({ value: [scan.x, scan.y], symbol: SYMBOLS[scan.kind],
        itemStyle: { color: colour(scan.kind), borderColor: colour('card'), borderWidth: 1 } })) }],
  }));
}
