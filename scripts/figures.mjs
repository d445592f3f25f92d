// SPDX-License-Identifier: Apache-2.0
// Renders the tables of `memplace report` by the specs of report/search_figures/specs to SVG.
// usage: node figures.mjs SPECS TABLES OUT
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import * as vega from 'vega';
import * as vegaLite from 'vega-lite';

const kMostBytes = 300_000;

async function render(spec, rows) {
  const {usermeta, ...figure} = spec;
  const compiled = vegaLite.compile({...figure, data: {values: rows}}).spec;
  const view = new vega.View(vega.parse(compiled), {renderer: 'none'});
  const svg = await view.toSVG();
  view.finalize();
  // More digits than a screen has only make the file larger.
  const shorter = (number) => String(Number(Number(number).toFixed(2)));
  return svg.replace(/="[^"]*"/g, (value) => value.replace(/\d+\.\d{3,}/g, shorter));
}

// The rows of each figure, by the values of the fields that the spec names.
function groupsOf(rows, fields) {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify(fields.map((field) => row[field]));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, members]) => [JSON.parse(key), members]);
}

const [specs, tables, out] = process.argv.slice(2);
mkdirSync(out, {recursive: true});
for (const file of readdirSync(specs).filter((name) => name.endsWith('.vl.json')).sort()) {
  const spec = JSON.parse(readFileSync(join(specs, file), 'utf8'));
  const table = readFileSync(join(tables, spec.data.url), 'utf8');
  const names = {chip: 'string', workload: 'string', strategy: 'string', mapping: 'string',
                 op: 'string', tensor: 'string', feasible: 'string', seed: 'string'};
  const header = table.slice(0, table.indexOf('\n')).split(',');
  const types = Object.fromEntries(
      header.map((name) => [name, names[name] ?? (/memory$|^kind$|^part$/.test(name) ? 'string' : 'number')]));
  const all = vega.read(table, {type: 'csv', parse: types});
  for (const [values, members] of groupsOf(all, spec.usermeta.one_for_each)) {
    const titled = {...spec, title: {...spec.title, subtitle: values.slice().reverse().join(' on ')}};
    let rows = members;
    let svg = await render(titled, rows);
    while (svg.length > kMostBytes && spec.usermeta.thin && rows.length > 100) {
      const keep = 0.9 * kMostBytes / svg.length;
      rows = rows.filter((_, i) => Math.floor((i + 1) * keep) > Math.floor(i * keep));
      svg = await render(titled, rows);
    }
    const name = [file.replace('.vl.json', ''), ...values].join('-').replace(/[^\w.-]/g, '_') + '.svg';
    if (svg.length > kMostBytes) {
      console.error(`figures: ${name} has ${svg.length} bytes`);
    }
    writeFileSync(join(out, name), svg);
    console.log(`${join(out, name)}: ${rows.length} of ${members.length} rows drawn`);
  }
}
