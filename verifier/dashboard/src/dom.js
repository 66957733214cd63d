// SPDX-License-Identifier: Apache-2.0
// Elements without markup strings: what comes from the server is text, never HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined
    && child !== false));
  return element;
}

/** An HTML element; attributes that are null or false are left out, `onclick` and so on listen. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Exchange what an element holds. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child));
}

/* How the same control is found again after it was made anew. */
function address(element) {
  if (!element || !element.name) {
    return null;
  }
  const value = element.type === 'radio' ? `[value="${element.value}"]` : '';
  return `${element.tagName.toLowerCase()}[name="${element.name}"]${value}`;
}

/** Make controls anew without taking the focus from who is using one. */
export function keepFocus(change) {
  const where = address(document.activeElement);
  change();
  if (where && (!document.activeElement || document.activeElement === document.body)) {
    document.querySelector(where)?.focus({ preventScroll: true });
  }
}

/** An icon of the page's own few, drawn in the colour of the text. */
export function icon(name) {
  const paths = {
    sun: 'M12 7a5 5 0 100 10 5 5 0 000-10zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5',
    moon: 'M20 14.5A8.5 8.5 0 119.5 4a7 7 0 0010.5 10.5z',
    auto: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 3v18M12 8h6.5M12 12h9M12 16h6.5',
    print: 'M7 9V3h10v6M7 18H4v-7h16v7h-3M7 14h10v7H7z',
    save: 'M12 3v12M7 11l5 5 5-5M4 20h16',
    back: 'M15 5l-7 7 7 7',
    close: 'M6 6l12 12M18 6L6 18',
  };
  return s('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: paths[name] }));
}
