// SPDX-License-Identifier: Apache-2.0
// The world for the maps: outlines at 1:110 million (world-atlas, from Natural Earth) under two-letter
// codes, and a point for each country that is too small to have one.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { geoArea, geoCentroid } from 'd3-geo';
import { feature } from 'topojson-client';

const require = createRequire(import.meta.url);
const ANTARCTICA = '010';

function atlas(name) {
  return JSON.parse(fs.readFileSync(require.resolve(`world-atlas/${name}.json`), 'utf8'));
}

/** Three digits to two letters, from Debian's iso-codes. */
function letters(isoCodes) {
  const { '3166-1': rows } = JSON.parse(fs.readFileSync(`${isoCodes}/iso_3166-1.json`, 'utf8'));
  return new Map(rows.map((row) => [row.numeric, row.alpha_2]));
}

/* The middle of its largest part, to 0.1 degree: the overseas parts of a country would pull it away. */
function middle(shape) {
  const { type, coordinates } = shape.geometry;
  const parts = type === 'MultiPolygon' ? coordinates : [coordinates];
  const largest = parts.map((part) => ({ type: 'Polygon', coordinates: part }))
    .sort((a, b) => geoArea(b) - geoArea(a))[0];
  return geoCentroid(largest).map((degrees) => Math.round(degrees * 10) / 10);
}

/** {topology, points: [[code, lon, lat]]} as the text of a module. */
export function worldModule(isoCodes) {
  const codes = letters(isoCodes);
  const topology = atlas('countries-110m');
  const { countries } = topology.objects;
  countries.geometries = countries.geometries.filter((shape) => shape.id !== ANTARCTICA)
    .map(({ properties, id, ...shape }) => (codes.has(id) ? { ...shape, id: codes.get(id) } : shape));
  topology.objects = { countries };
  const drawn = new Set(countries.geometries.map((shape) => shape.id));
  const finer = atlas('countries-50m');
  const points = feature(finer, finer.objects.countries).features
    .filter((shape) => codes.has(shape.id) && !drawn.has(codes.get(shape.id)) && shape.id !== ANTARCTICA)
    .map((shape) => [codes.get(shape.id), ...middle(shape)]);
  return `export default JSON.parse(${JSON.stringify(JSON.stringify({ topology, points }))});`;
}
