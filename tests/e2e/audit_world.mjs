// SPDX-License-Identifier: Apache-2.0
// A made-up year of a brand for tests of the dashboard: cells of week, batch and place, and the answers
// of docs/AUDIT-API.md added up from them. The same numbers every time.

export const TODAY = '2026-06-03';
const WEEKS = 52;
const LAST_MONDAY = '2026-06-01';

let seed = 20260603;
function chance() {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

const PRODUCTS = [
  ['YB-10400', '06901234567892', '移动电源 10400mAh', 'Power bank 10400 mAh'],
  ['YB-20000', '06901234567908', '移动电源 20000mAh', 'Power bank 20000 mAh'],
  ['YB-C65', '06901234567915', '65W 充电器', 'Charger 65 W'],
  ['YB-EAR2', '06901234567922', '无线耳机 2', 'Earbuds 2'],
].map(([sku, gtin, zh, en]) => ({ sku, gtin, name: { zh, en } }));

const BATCHES = [['K3F7QA', 0, 'D01', 'CN'], ['7HX2MD', 0, 'D02', 'CN'], ['P09VWT', 0, 'D03', null],
  ['Q4Z8RC', 1, 'E01', 'CN'], ['2NB6YK', 1, 'E02', null], ['W5J1GS', 2, 'F01', 'CN'],
  ['HT83XE', 2, 'F02', 'DE'], ['V6A4DP', 3, 'G01', 'CN'], ['9CR7MZ', 3, 'G02', 'CN']]
  .map(([handle, product, lot, market], at) => ({ handle, lot, market, ...PRODUCTS[product],
    state: at === 4 ? 'closed' : 'active', issued: 20000 + 5000 * at }));

const PLACES = [['CN', 'GD', 9, '广东', 'Guangdong'], ['CN', 'ZJ', 7, '浙江', 'Zhejiang'], ['CN', 'JS', 7, '江苏', 'Jiangsu'],
  ['CN', 'SD', 5, '山东', 'Shandong'], ['CN', 'SC', 5, '四川', 'Sichuan'], ['CN', 'HA', 4, '河南', 'Henan'],
  ['CN', 'HB', 4, '湖北', 'Hubei'], ['CN', 'FJ', 4, '福建', 'Fujian'], ['CN', 'BJ', 5, '北京', 'Beijing'],
  ['CN', 'SH', 6, '上海', 'Shanghai'], ['CN', 'YN', 2, '云南', 'Yunnan'], ['CN', 'XJ', 1, '新疆', 'Xinjiang'],
  ['CN', 'LN', 3, '辽宁', 'Liaoning'], ['CN', 'SN', 3, '陕西', 'Shaanxi'], ['CN', 'NM', 1, '内蒙古', 'Inner Mongolia'],
  ['HK', null, 2, '香港', 'Hong Kong'], ['SG', null, 1.5, '新加坡', 'Singapore'], ['DE', 'BY', 2, '拜仁', 'Bavaria'],
  ['FR', 'IDF', 1, '法兰西岛', 'Île-de-France'], ['US', 'CA', 1.5, '加利福尼亚', 'California'], ['VN', null, 1.2, '越南', 'Vietnam'],
  ['RU', 'MOW', 1, '莫斯科', 'Moscow'], ['AE', null, 0.8, '阿联酋', 'United Arab Emirates'], [null, null, 1, null, null]]
  .map(([country, region, weight, zh, en]) => ({ weight, country, region: region && `${country}-${region}`,
    name: zh ? { zh, en } : null }));

export function addDays(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}

/* Where copies are: one product in the south, since the winter; one batch in one country. */
function copies(batch, place, week) {
  let rate = 0.002;
  if (batch.sku === 'YB-10400' && ['CN-GD', 'CN-FJ', 'CN-YN', null].includes(place.region)) {
    rate = week < 30 ? 0.05 : 0.05 + 0.009 * Math.min(week - 30, 16);
  }
  if (batch.handle === '7HX2MD') {
    rate *= 2.2;
  }
  return batch.handle === 'HT83XE' && place.country === 'VN' ? 0.3 : rate;
}

const CELLS = [];
for (let week = 0; week < WEEKS; week++) {
  for (const batch of BATCHES) {
    for (const place of PLACES) {
      const items = Math.floor(place.weight * (1.5 + 4 * chance()) * (1 + week / 60));
      const mass = items * copies(batch, place, week) * (0.7 + 0.6 * chance());
      CELLS.push({ week: addDays(LAST_MONDAY, 7 * (week - WEEKS + 1)), batch, place, items, mass,
        scans: items + Math.floor(items * (0.35 + 0.5 * chance()) + mass), forged: chance() < 0.04 ? 1 + Math.floor(chance() * 6) : 0 });
    }
  }
}

function keep(filter) {
  return CELLS.filter((cell) => (!filter.from || addDays(cell.week, 6) >= filter.from) && (!filter.to || cell.week <= filter.to)
    && (!filter.sku || cell.batch.sku === filter.sku) && (!filter.handle || cell.batch.handle === filter.handle)
    && (!filter.country || (cell.place.country || '--') === filter.country)
    && (!filter.region || cell.place.region === filter.region));
}

const round = (value) => Math.round(value * 1e6) / 1e6;

function estimate(items, mass) {
  if (items === 0) {
    return null;
  }
  const total = items + mass;
  const noise = 1.96 * Math.sqrt(mass * 0.4);
  return { point: round(mass / total), low: round(Math.max(0, (mass * 0.75 - 0.006 * items - noise) / total)),
    high: round((mass * 1.25 + 0.006 * items + noise) / total),
    lower_bound: round(Math.max(0, (mass * 0.75 - 0.006 * items - 0.4 * noise) / total)) };
}

function sum(cells) {
  const add = (name) => cells.reduce((total, cell) => total + cell[name], 0);
  const [scans, items, mass, forged] = ['scans', 'items', 'mass', 'forged'].map(add);
  return { scans, items, mass: round(mass), excess: round(Math.max(0, mass - 0.006 * items)),
    forged: { requests: forged * 3, sources: forged }, e2: estimate(items, mass), alerts: Math.floor(mass / 60) };
}

function groups(cells, key) {
  const found = new Map();
  for (const cell of cells) {
    const name = key(cell);
    found.set(name, [...(found.get(name) || []), cell]);
  }
  return [...found.values()];
}

const byExcess = (a, b) => b.excess - a.excess;
const flagged = (mass) => ({ check: Math.floor(mass / 4), suspect: Math.floor(mass / 9), cloned: Math.floor(mass / 30) });

export function overview(filter) {
  const figures = sum(keep(filter));
  const before = { ...filter, from: addDays(filter.from, -182), to: addDays(filter.from, -1) };
  const then = estimate(sum(keep(before)).items, sum(keep(before)).mass);
  const odds = (share) => share / (1 - share);
  const ratio = then && figures.e2 && then.point > 0 ? odds(figures.e2.point) / odds(then.point) : null;
  return { verdicts: { confirmed: Math.floor(figures.items / 9), genuine: figures.items,
    genuine_seen: Math.floor(figures.scans / 4), suspect: Math.floor(figures.mass), pin_wrong: 41, not_on_sale: 12, recalled: 7,
    expired: 3, void: 0, not_issued: figures.forged.requests, malformed: 118 },
  ...figures, left_out: { preview: 312, bot: 95, hosting: 41 }, flagged: flagged(figures.mass),
  e0: figures.scans ? { share: round(figures.forged.sources / (figures.scans + figures.forged.sources)) } : null,
  e3: figures.e2 && { point: null, low: round(figures.e2.low / 2), high: round(Math.min(1, figures.e2.high * 1.8)), anchored: false },
  change: ratio ? { from: before.from, to: before.to, e2: then,
    odds_ratio: { point: round(ratio), low: round(ratio * 0.8), high: round(ratio * 1.25) } } : null,
  alerts: counts(ALERTS) };
}

export function series(filter, bucket) {
  const cells = keep(filter);
  const points = [];
  if (bucket === 'day') {
    for (let day = filter.from; day <= filter.to; day = addDays(day, 1)) {
      const week = cells.filter((cell) => cell.week <= day && addDays(cell.week, 6) >= day);
      const part = week.map((cell) => ({ ...cell, scans: Math.floor(cell.scans / 7), items: Math.floor(cell.items / 7),
        mass: cell.mass / 7, forged: 0 }));
      points.push({ from: day, to: day, ...sum(part) });
    }
    return { bucket, points };
  }
  for (const week of groups(cells, (cell) => cell.week)) {
    points.push({ from: week[0].week, to: addDays(week[0].week, 6), ...sum(week) });
  }
  return { bucket, points };
}

export function regions(filter, by) {
  const key = (cell) => (by === 'region' ? cell.place.region || cell.place.country : cell.place.country);
  const rows = groups(keep(filter), key).map((cells) => {
    const { country, region, name } = cells[0].place;
    const whole = by === 'country' || !region;
    return { place: { country, region: whole ? null : region, name: whole && region ? null : name }, ...sum(cells) };
  });
  return { by, rows: rows.sort(byExcess) };
}

export function products(filter) {
  return { rows: groups(keep(filter), (cell) => cell.batch.sku).map((cells) => {
    const { sku, gtin, name } = cells[0].batch;
    const figures = sum(cells);
    return { sku, gtin, name, issued: 60000, ...figures, flagged: flagged(figures.mass) };
  }).sort(byExcess) };
}

export function batches(filter) {
  return { rows: groups(keep(filter), (cell) => cell.batch.handle).map((cells) => {
    const { handle, sku, name, lot, market, state, issued } = cells[0].batch;
    const figures = sum(cells);
    const outside = market ? cells.filter((cell) => cell.place.country !== market)
      .reduce((total, cell) => total + cell.scans, 0) : null;
    return { handle, sku, name, lot, market, state, issued, outside, ...figures, flagged: flagged(figures.mass) };
  }).sort(byExcess) };
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const REASONS = ['many_devices', 'many_places', 'too_fast', 'pin_used'];

function madeCode(handle) {
  return `1${handle}${Array.from({ length: 13 }, () => ALPHABET[Math.floor(chance() * 32)]).join('')}`;
}

const where = ({ country, region, name }) => ({ country, region, name });

const CODES = Array.from({ length: 137 }, (_, at) => {
  const batch = BATCHES[at % 3 === 0 ? 1 : at % BATCHES.length];
  const score = round(7.4 - at * 0.045);
  return { code: madeCode(batch.handle), handle: batch.handle, index: at * 31, sku: batch.sku, lot: batch.lot,
    level: at < 14 ? 'cloned' : at < 52 ? 'suspect' : 'check', score,
    reasons: REASONS.slice(at % 3, at % 3 + 1 + (at % 2)), scans: 24 - Math.floor(at / 8), mass: round(18 - at / 9),
    devices: 19 - Math.floor(at / 9), first_at: `2026-03-0${1 + at % 9}T04:12:0${at % 10}.000Z`,
    last_at: `2026-05-2${at % 10}T11:2${at % 6}:31.000Z`, confirmed: at % 11 === 0, place: where(PLACES[at % 8]) };
});

export function codes(filter, level, limit, after) {
  const least = ['check', 'suspect', 'cloned'];
  const rows = CODES.filter((row) => least.indexOf(row.level) >= least.indexOf(level)
    && (!filter.sku || row.sku === filter.sku) && (!filter.handle || row.handle === filter.handle)
    && (!filter.country || row.place.country === filter.country));
  const begin = after ? Number(after) : 0;
  return { rows: rows.slice(begin, begin + limit), next: rows.length > begin + limit ? String(begin + limit) : null };
}

const CITIES = [[23.1, 113.3, 0], [30.3, 120.2, 1], [32.1, 118.8, 2], [30.6, 104.1, 4], [26.1, 119.3, 7], [25, 102.7, 10],
  [39.9, 116.4, 8], [22.3, 114.2, 15], [21, 105.8, 20]];

export function code(text) {
  const item = CODES.find((row) => row.code === text);
  if (!item) {
    return null;
  }
  const scans = Array.from({ length: item.scans }, (_, at) => {
    const [lat, lon, place] = CITIES[(at * 7 + item.index) % CITIES.length];
    const device = at < 3 ? 1 : at % 5 === 0 ? null : Math.min(item.devices, at - 1);
    const later = at > 6;
    return { at: new Date(Date.parse(item.first_at) + at * at * 4.1 * 3600000).toISOString(), number: at + 1,
      verdict: at === 0 ? 'genuine' : later ? 'suspect' : 'genuine_seen', channel: at % 4 === 1 ? 'wechat' : 'web',
      left_out: at === 5 ? 'preview' : null, place: where(PLACES[place]), position: at % 9 === 8 ? null : { lat, lon, accuracy_km: 15 },
      device, net: at % 3 ? 'mobile' : 'fixed', pin: at === 6 ? 'wrong' : null, level: later ? item.level : 'low',
      score: round(at * 0.3), mass: at === 0 ? 0 : round(Math.min(0.97, 0.08 * at)) };
  });
  return { item: { ...item, sale: 'on_sale' }, more: 0, scans };
}

function alert(id, kind, at, subject, measure, threshold, more = {}) {
  return { id: String(id), at, kind, rule: `${kind.replace('_', '-')}-default`, subject: { sku: null, handle: null, code: null,
    place: null, day: null, ...subject }, measure, threshold, state: 'open', reason: null, by: null, changed_at: null, ...more };
}

export const ALERTS = [
  alert(99120, 'outbreak', '2026-06-01T00:05:00.000Z', { sku: 'YB-10400', place: where(PLACES[0]), day: '2026-05-25' }, 9.4, 6),
  alert(98771, 'cloned', '2026-05-29T08:14:00.000Z', { sku: 'YB-10400', handle: CODES[0].handle, code: CODES[0].code, place: where(PLACES[0]) }, 7.4, 6.2),
  alert(97003, 'diversion', '2026-05-25T00:05:00.000Z', { sku: 'YB-C65', handle: 'HT83XE', place: where(PLACES[20]), day: '2026-05-18' }, 0.31, 0.1),
  alert(95544, 'pin_attack', '2026-05-17T13:40:00.000Z', { sku: 'YB-EAR2', handle: CODES[4].handle, code: CODES[4].code }, 41, 20,
    { state: 'dismissed', reason: '客服中心测试 (our own call centre)', by: 'wang', changed_at: '2026-05-18T01:00:00.000Z' }),
  alert(94010, 'leak', '2026-05-11T03:02:00.000Z', { sku: 'YB-EAR2', handle: '9CR7MZ', place: where(PLACES[9]) }, 3, 1,
    { state: 'confirmed', by: 'wang', changed_at: '2026-05-12T02:10:00.000Z' }),
  alert(93800, 'forgery', '2026-05-09T20:00:00.000Z', { place: where(PLACES[21]), day: '2026-05-09' }, 120, 50),
];

export function counts(alerts) {
  const found = { open: 0, confirmed: 0, dismissed: 0 };
  alerts.forEach((one) => { found[one.state] += 1; });
  return found;
}

export function about(scopes, geojson) {
  return { brand: { name: 'Yibao', name_zh: '易宝', time_zone: '+08:00' }, today: TODAY, me: { name: 'wang', scopes },
    days: { first: CELLS[0].week, last: TODAY }, products: PRODUCTS.map(({ sku, name }) => ({ sku, name })),
    batches: BATCHES.map(({ handle, sku, lot }) => ({ handle, sku, lot })),
    countries: [...new Set(PLACES.map((place) => place.country).filter(Boolean))].sort(), geojson,
    open_alerts: counts(ALERTS).open };
}

export const BASIS = { table: 'default', calibrated_at: null, reference_items: 0, b0: 0.006, delta: 0.25,
  rho: { low: 0.5, high: 2, point: null }, anchored: false, purchases: 0, sales: false };
export const LEDGER = { entries: 1284410, root: '5f0c7d2ab1e94763c8d05a4be1f3920d7e6b8a15c4f2d3906b7a8e9f01c2d3e4',
  at: '2026-06-03T08:30:05.000Z' };
