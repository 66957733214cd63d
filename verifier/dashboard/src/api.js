// SPDX-License-Identifier: Apache-2.0
// The server's answers (docs/AUDIT-API.md).

import { lang } from './i18n.js';

const BASE = '/v1/office/audit/';

/** A refusal in the server's words (RFC 9457), or that it could not be reached (status 0). */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.code = problem.code || '';
  }
}

/** To the page that logs in, and back to where we are. */
export function login() {
  const next = window.location.pathname + window.location.search;
  window.location.assign(`/audit/login?lang=${lang}&next=${encodeURIComponent(next)}`);
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: 'same-origin', ...options });
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new Refusal(0, { detail: '' });
  }
  if (response.status === 401) {
    login();
    return new Promise(() => {});
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refusal(response.status, body);
  }
  return body;
}

/** GET one of the audit's queries. */
export function query(name, parameters = {}, signal = undefined) {
  const fields = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') {
      fields.set(key, value);
    }
  }
  const text = fields.toString();
  return ask(BASE + name + (text ? `?${text}` : ''), { signal });
}

/** Every page of a query that goes on with `next`, up to `rows_max` rows. */
export async function queryAll(name, parameters, rowsMax) {
  const rows = [];
  let after;
  do {
    const page = await query(name, { ...parameters, limit: 500, after });
    rows.push(...page.rows);
    after = page.next;
  } while (after && rows.length < rowsMax);
  return rows;
}

/** POST an act of the office. */
export function act(path, body) {
  return ask(`/v1/office/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}
