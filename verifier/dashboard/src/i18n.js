// SPDX-License-Identifier: Apache-2.0
// Chinese or English: by the address, else as chosen before, else as the browser prefers.
import { TEXTS } from './texts.js';
import { WORDS } from './words.js';

const KEY = 'assay.lang';

function choose() {
  const asked = new URLSearchParams(window.location.search).get('lang');
  if (asked === 'zh' || asked === 'en') {
    return asked;
  }
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'zh' || kept === 'en') {
      return kept;
    }
  } catch {
    // Nothing is kept here.
  }
  const first = (navigator.languages || [navigator.language]).map((name) => name.slice(0, 2))
    .find((name) => name === 'zh' || name === 'en');
  return first || 'en';
}

export let lang = choose();

/** Take the address' language, if it names one. */
export function rereadLanguage() {
  lang = choose();
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
}

/** Remember a choice. */
export function keepLanguage(value) {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // The address still says it.
  }
}

/** A text, its {names} filled in. A key that is missing is a mistake that tests find. */
export function t(key, values = {}) {
  const pair = TEXTS[key] || WORDS[key];
  if (!pair) {
    throw new Error(`no text "${key}"`);
  }
  return pair[lang === 'zh' ? 0 : 1].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? '');
}

/** The word for a value of the server; a value that is newer than this page stands for itself. */
export function word(group, value) {
  return WORDS[`${group}.${value}`] ? t(`${group}.${value}`) : String(value ?? '');
}

/** A {"zh","en"} name, or what else there is. */
export function named(name, otherwise = '') {
  return (name && (name[lang] || name.en || name.zh)) || otherwise;
}
