// SPDX-License-Identifier: Apache-2.0
// Maps as plain SVG: the world, the operator's own, and where one code was scanned.
import { geoEqualEarth, geoMercator, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import world from 'assay:world';
import { s } from './dom.js';

const WIDTH = 960;
const HEIGHT = 460;
const countries = feature(world.topology, world.topology.objects.countries);

function frame(label, ...children) {
  return s('svg', { class: 'map', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label,
    preserveAspectRatio: 'xMidYMid meet' }, children);
}

function area(path, shape, look) {
  return s('path', { d: path(shape), class: `area ${look.shade}${look.chosen ? ' chosen' : ''}`,
    onclick: look.choose }, s('title', {}, look.title));
}

/** look(country code) => {shade, title, chosen, choose}; small countries are dots. */
export function worldMap(label, look) {
  const projection = geoEqualEarth().rotate([-11, 0]).fitSize([WIDTH, HEIGHT], countries);
  const path = geoPath(projection);
  const dots = world.points.map(([code, lon, lat]) => [code, projection([lon, lat])])
    .map(([code, [x, y]]) => {
      const { shade, title, choose } = look(code);
      return shade === 'shade-none' ? null
        : s('circle', { cx: x, cy: y, r: 5, class: `area dot ${shade}`, onclick: choose }, s('title', {}, title));
    });
  return frame(label, countries.features.map((shape) => area(path, shape, look(shape.id))), dots);
}

/** The operator's FeatureCollection; codeOf(properties) => region or country code. */
export function ownMap(label, collection, codeOf, look) {
  const path = geoPath(geoMercator().fitSize([WIDTH, HEIGHT], collection));
  return frame(label, collection.features.map((shape) => area(path, shape,
    look(codeOf(shape.properties || {}), shape.properties || {}))));
}

/* A frame around points, never closer than a few hundred kilometres. */
function around(places) {
  const lats = places.map((place) => place.lat);
  const lons = places.map((place) => place.lon);
  const middle = [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
  const wide = Math.max(12, (Math.max(...lons) - Math.min(...lons)) * 0.65);
  const high = Math.max(6, (Math.max(...lats) - Math.min(...lats)) * 0.65);
  const corner = (x, y) => [Math.max(-179, Math.min(179, middle[0] + x * wide)),
    Math.max(-65, Math.min(80, middle[1] + y * high))];
  return { type: 'MultiPoint', coordinates: [corner(-1, -1), corner(1, 1)] };
}

/** places: [{lat, lon, kind, title, count}] */
export function scanMap(label, places) {
  const projection = geoMercator().fitSize([WIDTH, HEIGHT], around(places)).clipExtent([[-5, -5],
    [WIDTH + 5, HEIGHT + 5]]);
  const path = geoPath(projection);
  const dots = [...places].sort((a, b) => b.count - a.count).map((place) => {
    const [x, y] = projection([place.lon, place.lat]);
    return s('circle', { cx: x, cy: y, r: Math.min(22, 6 + 3 * Math.sqrt(place.count)), class: `scan ${place.kind}` },
      s('title', {}, place.title));
  });
  return frame(label, countries.features.map((shape) => s('path', { d: path(shape) || '', class: 'land' })), dots);
}
