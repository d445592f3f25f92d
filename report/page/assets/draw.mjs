// SPDX-License-Identifier: Apache-2.0
// Draws every figure of a document as a PNG file: vega-lite to SVG, then rsvg-convert.
// usage: node draw.mjs DIR OUT      DIR: document.json, vega.min.js, vega-lite.min.js, figures.js
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const [place, out] = process.argv.slice(2);
const kWidth = 900;
const load = (file, end = '') => new Function(readFileSync(join(place, file), 'utf8') + end)();
load('vega.min.js');
load('vega-lite.min.js');
const {vega, vegaLite} = globalThis;
const figures = load('figures.js', '\nreturn figures;');
const data = JSON.parse(readFileSync(join(place, 'document.json'), 'utf8'));

// Every combination of the values of the choices that a figure has.
function combinations(figure) {
  let all = [{}];
  for (const field of figures.chosenFields(data, figure)) {
    const values = figures.valuesOf(figures.rowsOf(data.datasets[figure.data]), field);
    all = all.flatMap((one) => values.map((value) => ({...one, [field]: value})));
  }
  return all;
}

async function svgOf(figure, choices) {
  const state = {choices, filters: {}, switches: {}, params: {}};
  figures.settle(data, figure, state);
  const zoom = figure.spec.usermeta?.zoom;
  if (zoom) state.params = {[zoom.from]: 0, [zoom.to]: figures.endOf(data, figure, state)};
  if (figures.rowsFor(data, figure, state).length === 0) return null;
  const spec = figures.prepare(data, figure, state, {theme: 'light', width: kWidth, margin: 110});
  const subtitle = Object.values(choices).join(' · ');
  const titled = {...spec, background: 'white', padding: 16,
    title: {text: figure.title, subtitle, anchor: 'start', fontSize: 16, subtitleFontSize: 12, offset: 14}};
  const compiled = vegaLite.compile(titled, {logger: vega.logger(vega.Error)}).spec;
  const view = new vega.View(vega.parse(compiled), {renderer: 'none'});
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

const names = new Set();
for (const figure of data.sections.flatMap((section) => section.figures).filter((one) => one.type === 'chart')) {
  const all = combinations(figure);
  for (const choices of all) {
    const svg = await svgOf(figure, choices);
    if (svg === null) continue;
    const parts = all.length > 1 ? [figure.id, ...Object.values(choices)] : [figure.id];
    let name = parts.join('-').replace(/[^\w.-]+/g, '_');
    for (let i = 2; names.has(name); ++i) name = `${parts.join('-').replace(/[^\w.-]+/g, '_')}-${i}`;
    names.add(name);
    const file = join(out, `${name}.png`);
    const done = spawnSync('rsvg-convert', ['--zoom', '2', '--background-color', 'white', '--output', file], {input: svg});
    if (done.error || done.status !== 0) {
      console.error(done.error?.code === 'ENOENT' ? 'needs rsvg-convert (of librsvg2-bin)' : `rsvg-convert failed: ${done.stderr}`);
      process.exit(1);
    }
    console.log(file);
  }
}
