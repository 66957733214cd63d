// SPDX-License-Identifier: Apache-2.0
// Scans as they come, once a second (server-sent events). The stream ends with the tab out of sight.

const MINUTE_MS = 60000;
const AGAIN_MS = 3000;

let source = null;
let now = { state: 'wait', since: null, verdicts: null, rate: 0 };
let minute = [];
const listeners = new Set();

function tell(change) {
  now = { ...now, ...change };
  listeners.forEach((listener) => listener(now));
}

function take(event) {
  const { at, since, verdicts } = JSON.parse(event.data);
  const time = Date.parse(at);
  const total = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  if (since !== now.since || (minute.length && total < minute[minute.length - 1].total)) {
    minute = [];
  }
  minute.push({ time, total });
  minute = minute.filter((point) => time - point.time <= MINUTE_MS);
  tell({ state: 'on', since, verdicts, total, rate: total - minute[0].total });
}

function open() {
  if (source || document.hidden) {
    return;
  }
  const mine = new EventSource('/v1/office/audit/live');
  source = mine;
  mine.addEventListener('scans', take);
  mine.addEventListener('error', () => {
    tell({ state: 'lost' });
    // A refused stream is closed for good by the browser; a broken one it opens again by itself.
    if (mine.readyState === EventSource.CLOSED && source === mine) {
      source = null;
      setTimeout(open, AGAIN_MS);
    }
  });
}

function close() {
  if (source) {
    source.close();
    source = null;
  }
}

/** Begin, and keep going while the page can be seen. */
export function startLive() {
  open();
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', open);
}

/** {state: wait, on or lost; since, verdicts, total, rate: scans in the last minute} */
export function live() {
  return now;
}

/** Called at each change; returns the end of it. */
export function onLive(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
