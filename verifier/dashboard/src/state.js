// SPDX-License-Identifier: Apache-2.0
// What is shown is what the address says: filters and view live in its query, nowhere else.

/** Filters that go to every query. */
export const FILTERS = ['from', 'to', 'sku', 'handle', 'country', 'region'];
/** What belongs to one view, and is dropped when another is opened. */
const OF_A_VIEW = ['code', 'level', 'state', 'kind', 'measure', 'map', 'bucket', 'sort'];
const KNOWN = ['view', ...FILTERS, ...OF_A_VIEW, 'lang'];

/** The address' query as an object; what is not known is dropped. */
export function read(search = window.location.search) {
  const query = new URLSearchParams(search);
  return Object.fromEntries(KNOWN.filter((name) => query.get(name))
    .map((name) => [name, query.get(name)]));
}

/** An address of this page with some of it changed; null or '' takes a value away. */
export function link(changes, from = read()) {
  const next = { ...from };
  if ('view' in changes && changes.view !== from.view) {
    OF_A_VIEW.forEach((name) => delete next[name]);
  }
  Object.assign(next, changes);
  const query = new URLSearchParams();
  for (const name of KNOWN) {
    if (next[name]) {
      query.set(name, next[name]);
    }
  }
  const text = query.toString();
  return text ? `${window.location.pathname}?${text}` : window.location.pathname;
}

let listener = () => {};

/** Called after each change with {focus}: whether the view is another than before. */
export function listen(callback) {
  listener = callback;
  window.addEventListener('popstate', () => callback({ moved: true }));
}

/** Go to a changed address. */
export function go(changes) {
  const before = read();
  const url = link(changes);
  if (url !== window.location.pathname + window.location.search) {
    window.history.pushState(null, '', url);
  }
  const after = read();
  listener({ moved: after.view !== before.view || after.code !== before.code });
}

/** A click on a link of ours without leaving the page; new tabs stay the browser's affair. */
export function follow(event) {
  const anchor = event.target.closest('a[data-go]');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!anchor || !plain) {
    return;
  }
  event.preventDefault();
  const before = read();
  window.history.pushState(null, '', anchor.getAttribute('href'));
  const after = read();
  listener({ moved: after.view !== before.view || after.code !== before.code });
}
