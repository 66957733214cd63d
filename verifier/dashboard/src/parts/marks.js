// SPDX-License-Identifier: Apache-2.0
// Levels, states and verdicts by shape, colour and words.
import { h } from '../dom.js';
import { word } from '../i18n.js';

const CLASS_OF_VERDICT = { confirmed: 'good', genuine: 'good', genuine_seen: 'good', suspect: 'warn',
  pin_wrong: 'ask', malformed: 'ask' };
const CLASS_OF_LEVEL = { low: 'good', check: 'ask', suspect: 'warn', cloned: 'bad' };
const CLASS_OF_STATE = { open: 'warn', confirmed: 'bad', dismissed: 'ask' };
const SHAPES = { good: '●', warn: '▲', bad: '◆', ask: '■' };

function mark(kind, text) {
  return h('span', { class: `mark ${kind}` }, h('span', { 'aria-hidden': 'true' }, SHAPES[kind]), ' ', text);
}

/** good, warn, bad or ask: how a verdict is drawn. */
export function kindOf(verdict) {
  return CLASS_OF_VERDICT[verdict] || 'bad';
}

/** A verdict. */
export function verdictMark(verdict) {
  return mark(kindOf(verdict), word('verdict', verdict));
}

/** A level of risk. */
export function levelMark(level) {
  return mark(CLASS_OF_LEVEL[level] || 'ask', word('level', level));
}

/** The state of an alert. */
export function stateMark(state) {
  return mark(CLASS_OF_STATE[state] || 'ask', word('state', state));
}
