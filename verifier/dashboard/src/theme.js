// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the system says; remembered by the browser.

const KEY = 'assay.theme';
const listeners = new Set();

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

let choice = ['light', 'dark'].includes(kept()) ? kept() : 'auto';
let printing = false;

function apply() {
  const root = document.documentElement;
  if (printing) {
    root.dataset.theme = 'light';
  } else if (choice === 'auto') {
    delete root.dataset.theme;
  } else {
    root.dataset.theme = choice;
  }
}

/** 'auto', 'light' or 'dark'. */
export function theme() {
  return choice;
}

/** The next of the three. */
export function nextTheme() {
  choice = { auto: 'light', light: 'dark', dark: 'auto' }[choice];
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // A browser that keeps nothing still changes.
  }
  apply();
  listeners.forEach((listener) => listener(false));
}

/** A colour of the style sheet as it is now. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Called when colours change; with true while the page is being printed. Returns its end. */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begin with the kept choice, and follow the system and the printer. */
export function startTheme() {
  apply();
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    listeners.forEach((listener) => listener(false));
  });
  const print = (now) => {
    if (printing !== now) {
      printing = now;
      apply();
      listeners.forEach((listener) => listener(now));
    }
  };
  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));
  window.matchMedia('print').addEventListener('change', (event) => print(event.matches));
}
