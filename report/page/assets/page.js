// SPDX-License-Identifier: Apache-2.0
// Builds the page of the document that stands in it.
'use strict';

(() => {
  const data = JSON.parse(document.getElementById('document').textContent);
  const root = document.documentElement;
  const state = {choices: {}, theme: null};
  const charts = [];

  // The theme that was asked for here before, else the system's.
  function theme() {
    return state.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  }

  function remembered() {
    try {
      return localStorage.getItem('memplace-theme');
    } catch {
      return null;  // not every browser keeps something for files
    }
  }

  function remember(value) {
    try {
      localStorage.setItem('memplace-theme', value);
    } catch {
      // then the next page begins with the system's theme again
    }
  }

  // ---- tooltips

  const tip = element('div', {class: 'tooltip', 'aria-hidden': 'true', hidden: true});

  function showTip(handler, event, item, value) {
    if (value === null || value === undefined || value === '') {
      tip.hidden = true;
      return;
    }
    const rows = typeof value === 'object' ? Object.entries(value) : [['', value]];
    tip.replaceChildren(element('dl', {}, ...rows.flatMap(
        ([key, text]) => [element('dt', {}, key), element('dd', {}, String(text))])));
    tip.hidden = false;
    const gap = 14;
    const left = Math.min(event.clientX + gap, innerWidth - tip.offsetWidth - 8);
    const below = event.clientY + gap + tip.offsetHeight < innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below ? event.clientY + gap : Math.max(8, event.clientY - gap - tip.offsetHeight)}px`;
  }

  // ---- charts

  const quiet = vega.logger(vega.Error);  // what Vega-Lite remarks is for authors of specifications

  function labelled(text, control) {
    return element('label', {class: 'control'}, element('span', {}, text), control);
  }

  function select(options, current, change) {
    return element('select', {onchange: (event) => change(event.target.selectedIndex)},
        ...options.map((text, i) => element('option', {selected: i === current}, text)));
  }

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.meta = figure.spec.usermeta ?? {};
      this.state = {choices: state.choices, filters: {}, switches: {}, params: {}};
      this.holder = element('div', {class: 'chart', role: 'img', 'aria-label': `${figure.title}. ${figure.text}`});
      this.controls = element('div', {class: 'controls', role: 'group', 'aria-label': `What ${figure.title} shows`});
      this.numbers = element('details', {class: 'numbers'}, element('summary', {}, 'The numbers'));
      this.numbers.addEventListener('toggle', () => this.fillNumbers());
      this.node = element('figure', {id: figure.id, class: 'card'},
          element('figcaption', {}, element('h3', {}, figure.title), element('p', {}, figure.text)),
          this.controls, this.holder, this.numbers);
      this.dirty = true;
      this.seen = false;
      this.reset();
    }

    // To be called when the reader's choices for the page change.
    reset() {
      this.dirty = true;
      if (this.meta.zoom) this.resetZoom();
      this.buildControls();
      this.fillNumbers();
    }

    buildControls() {
      figures.settle(data, this.figure, this.state);
      const nodes = [];
      for (const item of this.meta.switches ?? []) {
        const current = this.state.switches[item.name] ?? item.first ?? 0;
        nodes.push(labelled(item.label, select(item.options.map((option) => option.label), current,
            (index) => this.setSwitch(item, index))));
      }
      for (const filter of figures.activeFilters(this.figure, this.state)) {
        nodes.push(...this.filterControl(filter));
      }
      if (this.meta.zoom) nodes.push(...this.zoomControls());
      const focused = [...this.controls.querySelectorAll('select, button')].indexOf(document.activeElement);
      this.controls.replaceChildren(...nodes);
      this.controls.hidden = nodes.length === 0;
      if (focused >= 0) this.controls.querySelectorAll('select, button')[focused]?.focus();
    }

    // Two switches of a group never stand for the same: the other takes what this one leaves.
    setSwitch(item, index) {
      const before = this.state.switches[item.name] ?? item.first ?? 0;
      this.state.switches[item.name] = index;
      for (const other of this.meta.switches) {
        const taken = this.state.switches[other.name] ?? other.first ?? 0;
        if (other !== item && other.group && other.group === item.group && taken === index) {
          this.state.switches[other.name] = before;
        }
      }
      this.changed();
    }

    filterControl(filter) {
      const values = figures.filterValues(data, this.figure, this.state, filter);
      if (values.length < 2) return [];
      const names = filter.name ? figures.filterValues(data, this.figure, this.state, filter, filter.name) : values.map(String);
      return [labelled(filter.label, select(names, values.indexOf(this.state.filters[filter.field]), (index) => {
        this.state.filters[filter.field] = values[index];
        this.changed();
      }))];
    }

    changed() {
      this.buildControls();
      this.fillNumbers();
      this.draw();
    }

    // ---- zooming along time

    resetZoom() {
      const zoom = this.meta.zoom;
      this.whole = figures.endOf(data, this.figure, this.state);
      this.state.params = {[zoom.from]: 0, [zoom.to]: this.whole};
    }

    zoomControls() {
      const zoom = this.meta.zoom;
      const button = (text, action) => element('button', {type: 'button', onclick: action}, text);
      const ops = new Map();
      for (const row of figures.rowsFor(data, this.figure, this.state)) {
        const range = ops.get(row[zoom.name]) ?? [Infinity, 0];
        ops.set(row[zoom.name], [Math.min(range[0], row[zoom.begin]), Math.max(range[1], row[zoom.end])]);
      }
      const names = [...ops.keys()];
      const about = (factor, shift) => {
        const from = this.state.params[zoom.from];
        const to = this.state.params[zoom.to];
        const length = Math.min(this.whole, (to - from) * factor);
        const middle = (from + to) / 2 + shift * (to - from);
        const begin = Math.max(0, Math.min(this.whole - length, middle - length / 2));
        this.zoomTo(begin, begin + length);
      };
      return [
        labelled('Op', select(['whole run', ...names], 0, (index) => {
          const [begin, end] = index === 0 ? [0, this.whole * zoom.scale] : ops.get(names[index - 1]);
          const room = index === 0 ? 0 : 0.15 * (end - begin);
          this.zoomTo(Math.max(0, begin - room) / zoom.scale, Math.min(this.whole, (end + room) / zoom.scale));
        })),
        element('span', {class: 'buttons'}, button('Zoom in', () => about(0.5, 0)), button('Zoom out', () => about(2, 0)),
            button('Earlier', () => about(1, -0.5)), button('Later', () => about(1, 0.5))),
      ];
    }

    zoomTo(from, to) {
      const zoom = this.meta.zoom;
      this.state.params = {[zoom.from]: from, [zoom.to]: to};
      this.view?.signal(zoom.from, from).signal(zoom.to, to).runAsync();
    }

    // ---- drawing

    async draw() {
      this.dirty = false;
      const turn = this.turn = (this.turn ?? 0) + 1;
      const width = Math.floor(this.holder.clientWidth);
      if (width === 0) return;
      let margin = 70;
      for (let attempt = 0; attempt < 3; ++attempt) {
        const spec = figures.prepare(data, this.figure, this.state, {theme: theme(), width, margin});
        const view = new vega.View(vega.parse(vegaLite.compile(spec, {logger: quiet}).spec),
            {renderer: 'svg', container: this.holder, hover: true});
        view.tooltip(showTip);
        await view.runAsync();
        if (turn !== this.turn) {
          view.finalize();
          return;
        }
        this.view?.finalize();
        this.view = view;
        const svg = this.holder.querySelector('svg');
        const over = svg.width.baseVal.value - width;
        if (!spec.facet || over <= 0) break;
        margin += Math.ceil(over / Math.max(1, spec.columns ?? 1)) + 2;
      }
      this.holder.dataset.drawn = theme();
    }

    fillNumbers() {
      if (!this.numbers.open) {
        this.numbers.querySelector('.table-box')?.remove();
        return;
      }
      const dataset = data.datasets[this.figure.data];
      const table = tables.make({caption: `Numbers of ${this.figure.title}`, fields: dataset.fields,
        rows: figures.rowsFor(data, this.figure, this.state),
        chosen: figures.chosenFields(data, this.figure)});
      this.numbers.replaceChildren(this.numbers.firstElementChild, table);
    }
  }

  // ---- other things in a section

  class Refilled {
    constructor(figure, node, fill) {
      this.figure = figure;
      this.node = node;
      this.reset = () => fill(node);
      this.reset();
    }
  }

  function tilesOf(figure) {
    const fields = data.datasets[figure.data].fields;
    return new Refilled(figure, element('dl', {class: 'tiles'}), (node) => {
      const row = figures.rowsFor(data, figure, {choices: state.choices})[0] ?? {};
      node.replaceChildren(...figure.fields.filter((name) => row[name] !== null && row[name] !== undefined).map((name) => {
        const field = fields.find((one) => one.name === name);
        return element('div', {class: 'tile'}, element('dt', {}, field.label),
            element('dd', {'data-field': name, 'data-value': row[name]}, numbers.nice(row[name], field.unit)));
      }));
    });
  }

  function tableOf(figure) {
    const dataset = data.datasets[figure.data];
    const node = element('section', {id: figure.id, class: 'card', 'aria-label': figure.title});
    return new Refilled(figure, node, () => {
      node.replaceChildren(element('h3', {}, figure.title), element('p', {}, figure.text),
          tables.make({caption: figure.title, fields: dataset.fields,
            rows: figures.rowsFor(data, figure, {choices: state.choices}),
            chosen: figures.chosenFields(data, figure), search: true}));
    });
  }

  const kMakers = {
    chart: (figure) => {
      const chart = new Chart(figure);
      charts.push(chart);
      return chart;
    },
    tiles: tilesOf,
    table: tableOf,
    note: (figure) => new Refilled(figure, element('p', {class: 'remark'}, figure.text), () => {}),
  };

  // ---- the page

  function sourceNode(source) {
    const command = source.again && element('div', {class: 'command'},
        element('code', {tabindex: '0'}, source.again),
        element('button', {type: 'button', class: 'quiet', 'aria-label': `Copy the command of ${source.title}`,
          onclick: (event) => {
            const button = event.target;
            tables.copy(source.again).then((done) => { button.textContent = done ? 'Copied' : 'Cannot copy here'; });
            setTimeout(() => { button.textContent = 'Copy'; }, 1500);
          }}, 'Copy'));
    return element('section', {class: 'source', 'aria-label': source.title},
        element('h3', {}, source.title),
        command && element('p', {class: 'again'}, 'Run it again:'), command || null,
        element('dl', {class: 'facts'}, ...source.facts.flatMap(
            ([key, value]) => [element('dt', {}, key), element('dd', {}, value)])),
        source.text ? element('pre', {tabindex: '0', 'aria-label': `Configuration of ${source.title}`}, source.text) : null);
  }

  function buildHeader() {
    document.getElementById('header').append(
        element('p', {class: 'wordmark'}, `memplace ${data.memplace_version} · ${data.kind}`),
        element('h1', {}, data.title),
        element('details', {class: 'sources'},
            element('summary', {}, 'Configuration, and how to run it again'),
            ...data.sources.map(sourceNode)));
    document.getElementById('footer').append(element('p', {},
        'Every number of this page is in it, in base units: picoseconds, bytes, picojoules. It loads nothing from elsewhere.'));
  }

  function choiceControls(things) {
    const nodes = [];
    for (const choice of data.choices) {
      const values = [...new Set(Object.values(data.datasets).flatMap((dataset) =>
          dataset.fields.some((field) => field.name === choice.field)
              ? figures.valuesOf(figures.rowsOf(dataset), choice.field) : []))];
      state.choices[choice.field] = values[0];
      if (values.length < 2) continue;
      nodes.push(labelled(choice.label, select(values, 0, (index) => {
        state.choices[choice.field] = values[index];
        for (const thing of things) thing.reset();
        drawAll();
      })));
    }
    return nodes;
  }

  function themeButton() {
    const button = element('button', {type: 'button', class: 'theme'});
    const name = () => { button.textContent = theme() === 'dark' ? 'Light' : 'Dark'; };
    const apply = () => {
      root.dataset.theme = theme();
      name();
      drawAll(true);
    };
    button.setAttribute('aria-label', 'Switch between light and dark');
    button.addEventListener('click', () => {
      state.theme = theme() === 'dark' ? 'light' : 'dark';
      remember(state.theme);
      apply();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
    root.dataset.theme = theme();
    name();
    return button;
  }

  // What is on the screen first; the rest when there is time.
  let queued = false;
  function drawAll(anew = false) {
    if (anew) for (const chart of charts) chart.dirty = true;
    const wait = charts.filter((chart) => chart.dirty);
    wait.filter((chart) => chart.seen).forEach((chart) => chart.draw());
    if (queued || wait.length === 0) return;
    queued = true;
    const later = window.requestIdleCallback ?? ((action) => setTimeout(action, 30));
    const next = () => {
      const chart = charts.find((one) => one.dirty);
      if (!chart) {
        queued = false;
        root.dataset.ready = 'true';
        return;
      }
      chart.draw().then(() => later(next));
    };
    delete root.dataset.ready;
    later(next);
  }

  function build() {
    state.theme = remembered();
    buildHeader();
    const things = [];
    const choices = choiceControls(things);
    const main = document.getElementById('main');
    const links = [];
    for (const section of data.sections) {
      const made = section.figures.map((figure) => kMakers[figure.type](figure));
      if (made.length === 0) continue;
      things.push(...made);
      const heading = `${section.id}-heading`;
      main.append(element('section', {id: `section-${section.id}`, 'aria-labelledby': heading},
          element('h2', {id: heading}, section.title),
          section.text ? element('p', {class: 'lead'}, section.text) : null,
          ...made.map((thing) => thing.node)));
      links.push(element('a', {href: `#section-${section.id}`}, section.title));
    }
    document.getElementById('bar').append(
        element('nav', {'aria-label': 'Sections'}, ...links),
        element('div', {class: 'page-controls', role: 'group', 'aria-label': 'What the page shows'},
            ...choices, themeButton()));
    document.body.append(tip);
    document.addEventListener('scroll', () => { tip.hidden = true; }, {passive: true});

    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const chart = charts.find((one) => one.node === entry.target);
        chart.seen = entry.isIntersecting;
        if (chart.seen && chart.dirty) chart.draw();
      }
    }, {rootMargin: '200px'});
    for (const chart of charts) watcher.observe(chart.node);
    let width = innerWidth;
    addEventListener('resize', () => {
      if (innerWidth === width) return;  // a phone's bars come and go
      width = innerWidth;
      drawAll(true);
    });
    drawAll();
  }

  build();
})();
