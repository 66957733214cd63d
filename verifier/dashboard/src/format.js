// SPDX-License-Identifier: Apache-2.0
// Numbers, shares, days and places as people read them.
import { lang, named, t } from './i18n.js';

export const NONE = '–';
const locale = () => (lang === 'zh' ? 'zh-CN' : 'en-GB');

/** A count, grouped. */
export function count(value) {
  return value === null || value === undefined ? NONE
    : new Intl.NumberFormat(locale(), { maximumFractionDigits: 0 }).format(value);
}

/** A measure with so many decimals. */
export function decimal(value, digits = 1) {
  return value === null || value === undefined ? NONE
    : new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits })
      .format(value);
}

/** A share as a percentage; small ones keep what makes them differ from 0. */
export function percent(value) {
  if (value === null || value === undefined) {
    return NONE;
  }
  const digits = value !== 0 && Math.abs(value) < 0.00995 ? 2 : 1;
  return new Intl.NumberFormat(locale(), { style: 'percent', minimumFractionDigits: digits,
    maximumFractionDigits: digits }).format(value);
}

/** "2.0% – 9.1%" */
export function band(low, high) {
  return low === null || low === undefined || high === null || high === undefined ? NONE
    : `${percent(low)} – ${percent(high)}`;
}

/** 'YYYY-MM-DD' as a UTC date. */
export function dayOf(text) {
  return new Date(`${text}T00:00:00Z`);
}

/** A date as 'YYYY-MM-DD'. */
export function dayText(date) {
  return date.toISOString().slice(0, 10);
}

/** A day some days away. */
export function addDays(text, days) {
  const date = dayOf(text);
  date.setUTCDate(date.getUTCDate() + days);
  return dayText(date);
}

/** The Monday of a day's week. */
export function monday(text) {
  return addDays(text, -((dayOf(text).getUTCDay() + 6) % 7));
}

/** A day for people. */
export function day(text) {
  return text ? new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', year: 'numeric', month: 'short',
    day: 'numeric' }).format(dayOf(text)) : NONE;
}

/** A day without its year, for axes. */
export function shortDay(text) {
  return new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', month: lang === 'zh' ? 'numeric' : 'short',
    day: 'numeric' }).format(dayOf(text));
}

/** A round percentage: "25%", "0.6%". */
export function roundPercent(value) {
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 2 }).format(value);
}

let offset = '+00:00';

/** The brand's zone, "+08:00": all times are shown in it. */
export function setZone(text) {
  offset = /^[+-]\d\d:\d\d$/.test(text) ? text : '+00:00';
}

/** The zone, as "UTC+08:00". */
export function zone() {
  return `UTC${offset}`;
}

/** A time moved so that its UTC reading is the brand's. */
export function shifted(text) {
  const [hours, minutes] = offset.slice(1).split(':').map(Number);
  const sign = offset[0] === '-' ? -1 : 1;
  return new Date(Date.parse(text) + sign * (hours * 60 + minutes) * 60000);
}

/** A time for people, in the brand's zone. */
export function time(text) {
  return text ? new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', year: 'numeric', month: 'short',
    day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(shifted(text)) : NONE;
}

/** A code in groups of four. */
export function grouped(code) {
  return (code || '').replace(/(.{4})(?=.)/g, '$1-');
}

const countries = {};

/* As the server names them. */
const COUNTRIES = { HK: ['中国香港', 'Hong Kong, China'], MO: ['中国澳门', 'Macao, China'], TW: ['中国台湾', 'Taiwan, China'] };

/** A country's name by its two letters. */
export function country(code) {
  if (!code || code === '--') {
    return t('place.unknown');
  }
  if (COUNTRIES[code]) {
    return COUNTRIES[code][lang === 'zh' ? 0 : 1];
  }
  countries[lang] ||= new Intl.DisplayNames([locale()], { type: 'region' });
  try {
    return countries[lang].of(code) || code;
  } catch {
    return code;
  }
}

/** A place: its region and country, as much as is known. */
export function place(value) {
  if (!value || !value.country || value.country === '--') {
    return t('place.unknown');
  }
  if (!value.region) {
    return named(value.name, country(value.country));
  }
  const region = named(value.name, value.region);
  return lang === 'zh' ? `${country(value.country)} ${region}` : `${region}, ${country(value.country)}`;
}
