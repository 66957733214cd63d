// SPDX-License-Identifier: Apache-2.0
// The story of the page: know who we are, draw the view that the address names, follow the address.
import '../style/base.css';
import '../style/parts.css';
import '../style/print.css';
import { query, Refusal } from './api.js';
import { h, keepFocus, put } from './dom.js';
import { asked } from './filters.js';
import { setZone } from './format.js';
import { drawFooter, drawFrame } from './frame.js';
import { rereadLanguage, t } from './i18n.js';
import { startLive } from './live.js';
import { follow, listen, read } from './state.js';
import { drawFigures } from './parts/figure.js';
import { startTheme } from './theme.js';
import { alerts } from './views/alerts.js';
import { code } from './views/code.js';
import { codes } from './views/codes.js';
import { overview } from './views/overview.js';
import { places } from './views/places.js';
import { batches, products } from './views/rankings.js';

const VIEWS = { overview, places, products, batches, codes, code, alerts };
const root = document.getElementById('app');
const main = h('main', { id: 'main', tabindex: '-1' });
let about = null;
let running = new AbortController();

function problem(error) {
  const text = error instanceof Refusal && error.status === 0 ? t('frame.unreachable')
    : t('frame.refused', { detail: error.message });
  return h('div', { class: 'card problem', role: 'alert' }, h('p', {}, text),
    h('button', { type: 'button', class: 'main', onclick: () => show({}) }, t('frame.again')));
}

/* Draw what the address says. moved: it is another view, so the reader begins at its heading. */
async function show({ moved = false, again = false }) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  rereadLanguage();
  main.setAttribute('aria-busy', 'true');
  try {
    if (!about || again) {
      about = await query('about', {}, signal);
      setZone(about.brand.time_zone);
    }
    const state = read();
    if (!VIEWS[state.view]) {
      delete state.view;
    }
    const filters = asked(state, about);
    keepFocus(() => drawFrame(root, main, { state, about, filters }));
    const { answer, nodes } = await VIEWS[state.view || 'overview']({ state, about, filters, signal,
      refresh: () => show({ again: true }) });
    if (signal.aborted) {
      return;
    }
    keepFocus(() => put(main, nodes));
    drawFooter(answer);
    drawFigures();
    if (moved) {
      window.scrollTo(0, 0);
      main.querySelector('h1')?.focus();
    }
  } catch (error) {
    if (signal.aborted || error.name === 'AbortError') {
      return;
    }
    if (!main.isConnected) {
      put(root, main);
    }
    put(main, problem(error));
    console.error(error);
  } finally {
    if (!signal.aborted) {
      main.removeAttribute('aria-busy');
    }
  }
}

startTheme();
listen(show);
document.addEventListener('click', follow);
show({}).then(startLive);
