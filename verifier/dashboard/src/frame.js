// SPDX-License-Identifier: Apache-2.0
// What stays around the views: brand, live counter, language, theme, print, views, filters, footer.
import { h, icon, put } from './dom.js';
import { filterRow, inWords } from './filters.js';
import { count, time, zone } from './format.js';
import { keepLanguage, lang, named, t } from './i18n.js';
import { live, onLive } from './live.js';
import { go, link } from './state.js';
import { nextTheme, theme } from './theme.js';

export const VIEWS = ['overview', 'places', 'products', 'batches', 'codes', 'alerts'];
const PARENT = { code: 'codes' };

function livePill() {
  const text = h('span', {});
  const pill = h('span', { class: 'live', title: t('live.title') }, h('span', { class: 'dot' }), text);
  const draw = (now) => {
    pill.dataset.state = now.state;
    text.textContent = { wait: t('live.wait'), lost: t('live.lost'),
      on: t('live.rate', { n: count(now.rate) }) }[now.state];
  };
  draw(live());
  return [pill, onLive(draw)];
}

function themeButton() {
  const icons = { auto: 'auto', light: 'sun', dark: 'moon' };
  const button = h('button', { type: 'button', class: 'round', name: 'theme' });
  const draw = () => {
    const label = t('frame.theme', { name: t(`theme.${theme()}`) });
    button.setAttribute('aria-label', label);
    button.title = label;
    put(button, icon(icons[theme()]));
  };
  button.addEventListener('click', () => {
    nextTheme();
    draw();
  });
  draw();
  return button;
}

async function logout() {
  await fetch('/audit/logout', { method: 'POST', credentials: 'same-origin' });
  window.location.assign(`/audit/login?lang=${lang}&next=/audit/`);
}

function header(about, pill) {
  const other = lang === 'zh' ? 'en' : 'zh';
  const brand = lang === 'zh' ? about.brand.name_zh || about.brand.name : about.brand.name;
  const language = h('button', { type: 'button', class: 'round words', name: 'lang', lang: other === 'zh' ? 'zh-CN' : 'en',
    onclick: () => {
      keepLanguage(other);
      go({ lang: other });
    } }, t('frame.language'));
  return h('header', { class: 'top' },
    h('p', { class: 'brand' }, h('strong', {}, brand), h('span', {}, t('title'))),
    pill,
    h('div', { class: 'tools' }, language, themeButton(),
      h('button', { type: 'button', class: 'round', name: 'print', 'aria-label': t('frame.print'), title: t('frame.print'),
        onclick: () => window.print() }, icon('print')),
      h('button', { type: 'button', class: 'round words', name: 'logout', title: about.me.name, onclick: logout },
        t('frame.logout'))));
}

function navigation(state, about) {
  const current = PARENT[state.view] || state.view || 'overview';
  return h('nav', { 'aria-label': t('nav') }, h('ul', {}, VIEWS.map((view) => h('li', {},
    h('a', { href: link({ view: view === 'overview' ? null : view, code: null }), 'data-go': true,
      'aria-current': view === current ? 'page' : null },
    t(`view.${view}`),
    view === 'alerts' && about.open_alerts > 0 ? h('span', { class: 'badge' }, count(about.open_alerts)) : null)))));
}

/** What is only on paper: which figures these are. */
function printHead(filters, about) {
  return h('p', { class: 'paper' }, inWords(filters, about));
}

let endPill = () => {};

/** Draw the frame around <main>. */
export function drawFrame(root, main, { state, about, filters }) {
  endPill();
  const [pill, end] = livePill();
  endPill = end;
  const open = root.querySelector('details.filtering')?.open;
  const wide = window.matchMedia('(min-width: 700px)').matches;
  put(root,
    h('a', { class: 'skip', href: '#main' }, t('skip')),
    header(about, pill), navigation(state, about), printHead(filters, about),
    state.view === 'code' ? null : h('details', { class: 'filtering', open: open ?? wide },
      h('summary', {}, t('filter.title'), h('span', { class: 'soft' }, inWords(filters, about))),
      filterRow(state, about)),
    main, h('footer', { class: 'bottom', id: 'footer' }));
  document.title = `${t(`view.${PARENT[state.view] || state.view || 'overview'}`)} · ${t('title')} · ${named({
    zh: about.brand.name_zh, en: about.brand.name }, about.brand.name)}`;
}

/** Which ledger the figures are of; from any answer. */
export function drawFooter(answer) {
  const { ledger } = answer;
  put(document.getElementById('footer'),
    h('p', {}, t('frame.ledger', { entries: count(ledger.entries), at: time(ledger.at),
      root: ledger.root || t('frame.no_root') })),
    h('p', { class: 'paper' }, t('frame.printed', { time: time(new Date().toISOString()), zone: zone() })));
}

