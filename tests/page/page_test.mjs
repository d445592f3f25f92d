// SPDX-License-Identifier: Apache-2.0
// Opens pages of memplace report in a headless Chromium, as a reader would.
// scripts/test-page makes them and says in PAGE_TEST_FILES where they are.
import assert from 'node:assert/strict';
import {readFileSync, statSync} from 'node:fs';
import {after, test} from 'node:test';

import {chromium} from 'playwright-core';

const [executablePath, simulation, simulationJson, search, one, sweep, pointsFile, names] =
    process.env.PAGE_TEST_FILES.split('\n');
const kPages = {simulation, search, one, sweep};
const result = JSON.parse(readFileSync(simulationJson, 'utf8'));
const points = readFileSync(pointsFile, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const browser = await chromium.launch({executablePath, args: ['--no-sandbox']});
after(() => browser.close());

// Opens a page; whatever it complains of or asks the network for is a failure.
async function open(file, {width = 1200, colorScheme = 'light', reducedMotion} = {}) {
  const context = await browser.newContext({viewport: {width, height: 900}, colorScheme, reducedMotion});
  const page = await context.newPage();
  page.troubles = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.troubles.push(message.text());
  });
  page.on('pageerror', (error) => page.troubles.push(error.message));
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url()) || request.resourceType() === 'fetch') {
      page.troubles.push(`asks for ${request.url()}`);
    }
  });
  await page.goto(`file://${file}`);
  await page.waitForSelector('html[data-ready=true]', {timeout: 60_000});
  return page;
}

async function close(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

// The rows of a table, all of them, with the exact values behind the cells.
async function tableRows(page, selector) {
  const more = page.locator(`${selector} >> text="Show all rows"`);
  if (await more.isVisible()) await more.click();
  return page.locator(`${selector} tbody tr`).evaluateAll((rows) => rows.map((row) => Object.fromEntries(
      [...row.cells].map((cell) => [cell.dataset.field, {value: cell.dataset.value, text: cell.textContent}]))));
}

for (const [kind, file] of Object.entries(kPages)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${kind}, ${colorScheme}: every figure is drawn, nothing is asked for`, async () => {
      const page = await open(file, {colorScheme});
      assert.equal(await page.locator('html').getAttribute('data-theme'), colorScheme);
      const figures = await page.locator('figure').count();
      assert.ok(figures >= 3, `${figures} figures`);
      assert.equal(await page.locator('figure svg').count(), figures);
      const empty = await page.locator('figure').evaluateAll((nodes) => nodes
          .filter((node) => node.querySelectorAll('svg .mark-rect path, svg .mark-symbol path, svg .mark-line path, svg .mark-rule line').length === 0)
          .map((node) => node.id));
      assert.deepEqual(empty, []);
      assert.equal(await page.locator('text=/\\bNaN\\b|undefined/').count(), 0);
      const [text, back] = await page.evaluate(() => {
        const style = getComputedStyle(document.body);
        return [style.color, style.backgroundColor].map((colour) => {
          const [r, g, b] = colour.match(/\d+/g).map(Number).map((c) => c / 255)
              .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        });
      });
      const contrast = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
      assert.ok(contrast >= 7, `contrast ${contrast}`);
      await close(page);
    });
  }

  test(`${kind}: fits a phone`, async () => {
    const page = await open(file, {width: 360});
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(wide, 360);
    await close(page);
  });

  test(`${kind}: what can be used has a name, and the keyboard reaches it`, async () => {
    const page = await open(file);
    const nameless = await page.locator('button, select, input, a[href], summary').evaluateAll((nodes) => nodes
        .filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length))
        .map((node) => node.outerHTML));
    assert.deepEqual(nameless, []);
    const selects = await page.locator('select').evaluateAll((nodes) => nodes.filter((node) => !node.labels.length).length);
    assert.equal(selects, 0);
    assert.equal(await page.locator('h1').count(), 1);
    assert.equal(await page.locator('main, header, footer, nav').count(), 4);
    const pictures = await page.locator('[role=img]').evaluateAll((nodes) => nodes.filter((node) => !node.getAttribute('aria-label')).length);
    assert.equal(pictures, 0);
    const twice = await page.evaluate(() => {
      const ids = [...document.querySelectorAll('[id]')].map((node) => node.id).filter((id) => id);
      return ids.filter((id, i) => ids.indexOf(id) !== i);
    });
    assert.deepEqual(twice, []);
    const reached = new Set();
    const all = await page.evaluate(() => {
      window.controls = [...document.querySelectorAll('button, select, input, summary')].filter((node) => node.checkVisibility() && !node.closest('details:not([open]) > :not(summary)'));
      return window.controls.length;
    });
    for (let i = 0; i < 60 + 6 * all && reached.size < all; ++i) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => window.controls.indexOf(document.activeElement));
      if (at >= 0) reached.add(at);
    }
    assert.equal(reached.size, all);
    await close(page);
  });

  test(`${kind}: the theme can be switched`, async () => {
    const page = await open(file);
    await page.locator('button.theme').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark' &&
        [...document.querySelectorAll('.chart')].every((chart) => chart.dataset.drawn === 'dark'));
    await close(page);
  });

  test(`${kind}: is under 5 MiB, and says how long it takes to open`, async () => {
    assert.ok(statSync(file).size < 5 * 1024 * 1024);
    const times = [];
    for (let i = 0; i < 3; ++i) {
      const context = await browser.newContext({viewport: {width: 1200, height: 900}});
      const page = await context.newPage();
      const begin = performance.now();
      await page.goto(`file://${file}`);
      await page.waitForSelector('.chart[data-drawn]');
      times.push(performance.now() - begin);
      await context.close();
    }
    times.sort((a, b) => a - b);
    console.log(`${kind}: ${(statSync(file).size / 1024 / 1024).toFixed(2)} MiB, first figure after ${times[1].toFixed(0)} ms (median of 3)`);
  });
}

test('simulation: its numbers are those of the JSON', async () => {
  const page = await open(simulation);
  const tile = page.locator('.tile [data-field=latency_ps]');
  assert.equal(await tile.getAttribute('data-value'), String(result.latency_ps));
  assert.equal(await tile.textContent(), `${Number((result.latency_ps / 1e6).toPrecision(4))} µs`);
  const rows = await tableRows(page, '#ops-table');
  assert.equal(rows.length, result.ops.length);
  result.ops.forEach((op, i) => {
    assert.equal(rows[i].op.text, op.name);
    for (const field of ['compute_ps', 'dispatch_ps', 'wait_weights_ps', 'wait_inputs_ps']) {
      assert.equal(rows[i][field].value, String(op[field]));
      const shown = Number(rows[i][field].text.replaceAll('\u202f', ''));
      assert.ok(Math.abs(shown - op[field] / 1e6) < 1e-3, `${field}: ${rows[i][field].text}`);
    }
  });
  // The figure's own numbers: a row for each part, which add up.
  await page.locator('#time summary').click();
  const parts = await tableRows(page, '#time');
  const sum = parts.reduce((total, row) => total + Number(row.time_ps.value), 0);
  assert.equal(sum, result.first_inference_ps);
  const memories = await tableRows(page, '#memories-table');
  assert.deepEqual(memories.map((row) => row.read_bytes.value), result.memories.map((row) => String(row.read_bytes)));
  assert.equal(await page.locator('.sources code').textContent(), result.again);
  await close(page);
});

test('simulation: the timeline zooms', async () => {
  const page = await open(simulation);
  const ticks = () => page.locator('#timeline svg').evaluate((svg) => svg.querySelector('.role-axis-label').textContent);
  const before = await ticks();
  await page.locator('#timeline >> text="Zoom in"').click();
  await page.waitForFunction((old) => document.querySelector('#timeline svg .role-axis-label').textContent !== old, before);
  await page.locator('#timeline select').selectOption({index: 1});
  await close(page);
});

test('simulation: names cannot break out', async () => {
  const page = await open(names);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.match(await page.locator('h1').textContent(), /^<\/script><script>window.broken=1<\/script> on nnpi$/);
  assert.match(await page.locator('#ops-table td[data-field=op]').first().textContent(), /^<img src=x/);
  await close(page);
});

test('search: its choices change what is drawn', async () => {
  const page = await open(search);
  const first = await tableRows(page, '#summary-table');
  assert.ok(first.length >= 2);
  assert.equal(first.find((row) => row.strategy.text === 'native').mean_speedup.value, '1');
  const choice = page.locator('.page-controls select').first();
  await choice.selectOption({index: 1});
  const second = await tableRows(page, '#summary-table');
  assert.notDeepEqual(second, first);
  await page.waitForSelector('html[data-ready=true]');
  await close(page);
});

test('one search: its page begins with the answer, and says why', async () => {
  const page = await open(one);
  const tiles = await page.locator('#section-answer .tile dd').evaluateAll(
      (nodes) => nodes.map((node) => [node.dataset.field, node.dataset.value]));
  const value = Object.fromEntries(tiles);
  assert.deepEqual(tiles.slice(0, 3).map(([field]) => field), ['network', 'on_chip', 'latency_ps']);
  assert.equal(value.network, 'resnet50');
  assert.ok(Number(value.bound_ps) <= Number(value.latency_ps));
  const order = await page.locator('main section h2').allTextContents();
  assert.deepEqual(order.slice(0, 3), ['What was found', 'Why', 'How it was found']);
  assert.equal(await page.locator('#compared svg').count(), 1);
  await close(page);
});

// The legend of ten strategies has eight entries, each with a dash of its own.
test('search: a legend has at most eight entries, told apart without colour', async () => {
  const page = await open(search);
  const dashes = await page.locator('#gaps svg .role-legend-symbol path').evaluateAll(
      (nodes) => nodes.map((node) => node.getAttribute('stroke-dasharray')));
  assert.ok(dashes.length >= 2 && dashes.length <= 8, String(dashes.length));
  assert.equal(new Set(dashes).size, dashes.length);
  await close(page);
});

test('sweep: its numbers are those of points.jsonl', async () => {
  const page = await open(sweep);
  const shown = points.filter((point) => point.workload === points[0].workload && point.mapping === points[0].mapping && !point.error);
  const rows = await tableRows(page, '#points-table');
  assert.equal(rows.length, shown.length);
  shown.forEach((point, i) => {
    assert.equal(rows[i].point.value, String(point.point));
    assert.equal(rows[i].latency_ps.value, String(point.latency_ps));
    assert.equal(rows[i].area_mm2.value, String(point.area_mm2));
    assert.equal(rows[i].energy_pj.value, String(point.energy_pj));
  });
  const input = page.locator('#points-table input');
  const label = rows[0].axis0_label.text;
  await input.fill(label);
  const kept = await tableRows(page, '#points-table');
  assert.ok(kept.length > 0 && kept.length < rows.length);
  assert.ok(kept.every((row) => Object.values(row).some((cell) => cell.text.includes(label))));
  await close(page);
});

test('sweep: axes can be exchanged', async () => {
  const page = await open(sweep);
  const across = page.locator('#heatmap label:has-text("Across") select');
  const upwards = page.locator('#heatmap label:has-text("Upwards") select');
  const [x, y] = [await across.inputValue(), await upwards.inputValue()];
  await across.selectOption(y);
  assert.deepEqual([await across.inputValue(), await upwards.inputValue()], [y, x]);
  await close(page);
});
