// SPDX-License-Identifier: Apache-2.0
/* The buyer's page. Every form works without this file; with it the scan is posted by itself once
 * the page is seen, a lost network is tried again as the same scan, and a device is known again.
 * The server renders the answers, so there is no text in here. */
(function () {
  'use strict';
  var doc = document;
  var page = doc.getElementById('page');
  if (!page || !window.fetch || !window.DOMParser || !window.crypto || !window.Promise) {
    return;
  }
  var TRY_MS = 12000;
  var WAITS_MS = [800, 2000, 4000, 8000];
  var SAME_SCAN_MS = 600000;

  function randomHex() {
    return Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return (byte + 256).toString(16).slice(1);
    }).join('');
  }

  /* Storage may be refused or full: then there is no device, and nothing is kept. */
  function stored(area, key, make) {
    try {
      var value = window[area].getItem(key);
      if (!value) {
        value = make();
        window[area].setItem(key, value);
        value = window[area].getItem(key);
      }
      return value;
    } catch (error) {
      return null;
    }
  }

  function device() {
    var id = stored('localStorage', 'assay.device', randomHex);
    return /^[0-9a-f]{32}$/.test(id) ? id : null;
  }

  /* One scan of one code keeps its id, over reloads and a change of language too. */
  function scanId() {
    var key = 'assay.scan.' + page.getAttribute('data-code');
    function make() {
      return randomHex() + Date.now();
    }
    var value = stored('sessionStorage', key, make) || make();
    var age = Date.now() - Number(value.slice(32));
    if (!(age >= 0 && age < SAME_SCAN_MS)) {
      value = make();
      try {
        sessionStorage.setItem(key, value);
      } catch (error) { /* not kept */ }
    }
    return value.slice(0, 32);
  }

  function pause(ms) {
    return new Promise(function (resolve) {
      setTimeout(resolve, ms);
    });
  }

  function send(url, type, body) {
    var late = pause(TRY_MS).then(function () {
      throw new Error('late');
    });
    return Promise.race([late, fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: {'Accept': 'text/html', 'Content-Type': type},
      body: body
    }).then(function (response) {
      return response.text().then(function (text) {
        var html = (response.headers.get('Content-Type') || '').indexOf('text/html') === 0;
        return {
          ok: response.ok,
          status: response.status,
          wait_s: Number(response.headers.get('Retry-After')) || 0,
          page: html ? new DOMParser().parseFromString(text, 'text/html') : null
        };
      });
    })]);
  }

  /* Tries again what did not get through, or was told to come back; the body stays the same. */
  function persist(url, body, say, number) {
    return send(url, 'application/json', body).catch(function () {
      return null;
    }).then(function (answer) {
      if (answer && answer.status !== 503 && answer.status !== 502 && answer.status !== 504) {
        return answer;
      }
      if (number >= WAITS_MS.length) {
        return answer;
      }
      say(page.getAttribute(answer ? 'data-busy' : 'data-retrying'));
      var wait = Math.max(WAITS_MS[number], answer ? Math.min(answer.wait_s, 30) * 1000 : 0);
      return pause(wait).then(function () {
        return persist(url, body, say, number + 1);
      });
    });
  }

  /* Only when the buyer ticked the box; to a tenth of a degree. */
  function position(wanted) {
    return new Promise(function (resolve) {
      if (!wanted) {
        resolve(null);
        return;
      }
      navigator.geolocation.getCurrentPosition(function (found) {
        var at = found.coords;
        resolve({
          lat: Math.round(at.latitude * 10) / 10,
          lon: Math.round(at.longitude * 10) / 10,
          accuracy_m: Math.ceil(at.accuracy)
        });
      }, function () {
        resolve(null);
      }, {timeout: 8000, maximumAge: 300000});
    });
  }

  function move(from, to) {
    while (to.firstChild) {
      to.removeChild(to.firstChild);
    }
    while (from && from.firstChild) {
      to.appendChild(doc.adoptNode(from.firstChild));
    }
  }

  function show(answer, focus) {
    ['verdict', 'more', 'sources'].forEach(function (id) {
      move(answer.getElementById(id), doc.getElementById(id));
    });
    doc.title = answer.title;
    ready();
    var head = doc.querySelector('h1');
    if (focus && head) {
      head.focus();
      window.scrollTo(0, 0);
    }
  }

  function sayIn(form) {
    var status = form.querySelector('.status');
    return function (text) {
      status.textContent = text || '';
    };
  }

  function problem(answer) {
    var text = page.getAttribute(answer && answer.status === 429 ? 'data-wait' : 'data-failed');
    return text.replace('{}', String((answer && answer.wait_s) || 60));
  }

  function hold(form, on) {
    form.querySelector('button').disabled = on;
  }

  function bodyOf(form, place, own) {
    var body = {};
    Array.prototype.forEach.call(form.elements, function (field) {
      if (field.name && field.value) {
        body[field.name] = field.value;
      }
    });
    body.scan_id = own;
    var id = device();
    if (id) {
      body.device = id;
    }
    if (place) {
      body.position = place;
    }
    return JSON.stringify(body);
  }

  /* by: 'load' before anybody touched anything, else 'tap'. */
  function scan(form, by) {
    var status = sayIn(form);
    var state = doc.getElementById('state');
    var first = !form.elements.pin;
    var own = first ? scanId() : randomHex();
    var box = form.querySelector('[data-share] input');
    function say(text) {
      (state && first ? function (words) { state.textContent = words; } : status)(text);
    }
    hold(form, true);
    form.parentNode.hidden = first;
    if (first) {
      page.classList.add('working');
    }
    say(page.getAttribute(first ? 'data-checking' : 'data-sending'));
    return position(box && box.checked).then(function (place) {
      return persist(form.action, bodyOf(form, place, own), say, 0);
    }).then(function (answer) {
      page.classList.remove('working');
      if (answer && answer.ok && answer.page && answer.page.getElementById('verdict')) {
        show(answer.page, by === 'tap');
        return;
      }
      form.parentNode.hidden = false;
      hold(form, false);
      say(problem(answer));
    });
  }

  /* Registrations, look-ups and reports: what came of it takes the form's place. */
  function post(form) {
    var say = sayIn(form);
    var body = new URLSearchParams(new FormData(form)).toString();
    hold(form, true);
    say(page.getAttribute('data-sending'));
    send(form.action, 'application/x-www-form-urlencoded', body).catch(function () {
      return null;
    }).then(function (answer) {
      var message = answer && answer.page && answer.page.getElementById('message');
      hold(form, false);
      say(message ? message.textContent : problem(answer));
      if (message && answer.ok) {
        Array.prototype.slice.call(form.children).forEach(function (child) {
          if (!child.classList.contains('status')) {
            form.removeChild(child);
          }
        });
      }
    });
  }

  function open(form) {
    var code = form.elements.code.value.replace(/[\s-]/g, '').toUpperCase();
    if (code) {
      location.href = '/' + encodeURIComponent(code) + '?lang=' + form.elements.lang.value;
    }
  }

  doc.addEventListener('submit', function (event) {
    var form = event.target;
    var kind = form.getAttribute('data-form');
    if (kind === 'scan') {
      scan(form, 'tap');
    } else if (kind === 'send') {
      post(form);
    } else if (kind === 'code') {
      open(form);
    } else {
      return;
    }
    event.preventDefault();
  });

  /* The share box is of use only where a position can be had. */
  function ready() {
    if (!navigator.geolocation || window.isSecureContext === false) {
      return;
    }
    Array.prototype.forEach.call(doc.querySelectorAll('[data-share]'), function (label) {
      label.hidden = false;
    });
  }

  /* A preview, a crawler or a tab in the background is no scan. */
  function whenSeen(then) {
    function look() {
      if (doc.prerendering || doc.visibilityState !== 'visible') {
        return;
      }
      doc.removeEventListener('visibilitychange', look);
      doc.removeEventListener('prerenderingchange', look);
      then();
      then = function () {};
    }
    doc.addEventListener('visibilitychange', look);
    doc.addEventListener('prerenderingchange', look);
    look();
  }

  /* A picture that does not come leaves no hole. */
  doc.addEventListener('error', function (event) {
    if (event.target.tagName === 'IMG') {
      event.target.hidden = true;
    }
  }, true);

  ready();
  if (page.getAttribute('data-scan') === 'load') {
    whenSeen(function () {
      scan(page.querySelector('[data-form=scan]'), 'load');
    });
  }
})();
