// SPDX-License-Identifier: Apache-2.0
// From a figure of the document to a specification that Vega-Lite draws. Knows no browser: the same
// code makes files of figures (draw.mjs).
'use strict';

const figures = (() => {
  const kThemes = {
    light: {text: '#1f2430', faint: '#5b6472', grid: '#e6e8ec', line: '#9aa3af', surface: '#ffffff'},
    dark: {text: '#e8eaee', faint: '#a8b0bd', grid: '#2f3540', line: '#6b7482', surface: '#1a1d24'},
  };
  // Colours of categories that would vanish on a dark page.
  const kOnDark = {'#000000': '#f5f5f5', '#0072B2': '#3d9bdc'};
  const kFont = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif';

  const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

  // A copy of `value` in which `change(value, key)` has replaced what it returns something for.
  function rewritten(value, change, key = '') {
    const other = change(value, key);
    if (other !== undefined) return other;
    if (Array.isArray(value)) return value.map((item) => rewritten(item, change, key));
    if (!isObject(value)) return value;
    return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, rewritten(item, change, name)]));
  }

  const expanded = new WeakMap();
  // The rows of a dataset as objects.
  function rowsOf(dataset) {
    if (!expanded.has(dataset)) {
      const names = dataset.fields.map((field) => field.name);
      expanded.set(dataset, dataset.rows.map(
          (row) => Object.fromEntries(row.map((value, i) => [names[i], value]))));
    }
    return expanded.get(dataset);
  }

  // The different values of a field, in order of appearance.
  const valuesOf = (rows, field) => [...new Set(rows.map((row) => row[field]))];

  // The fields by which a figure shows a part of its rows: the reader's choices for the whole page
  // that its specification asks for, or that its dataset has.
  function chosenFields(document, figure) {
    const asked = figure.spec?.usermeta?.one_for_each;
    const fields = document.datasets[figure.data]?.fields.map((field) => field.name) ?? [];
    return document.choices.map((choice) => choice.field)
        .filter((field) => fields.includes(field) && (!figure.spec || (asked ?? []).includes(field)));
  }

  // `state`: {choices: {field: value}, filters: {field: value}, switches: {name: index}}.
  function wanted(document, figure, state) {
    const wants = {};
    for (const field of chosenFields(document, figure)) wants[field] = state.choices[field];
    for (const filter of activeFilters(figure, state)) {
      const value = state.filters?.[filter.field];
      if (value !== undefined && value !== null) wants[filter.field] = value;
    }
    return wants;
  }

  const keeps = (wants, row) =>
      Object.entries(wants).every(([field, value]) => !(field in row) || row[field] === value);

  function rowsFor(document, figure, state, name = figure.data) {
    const wants = wanted(document, figure, state);
    return rowsOf(document.datasets[name]).filter((row) => keeps(wants, row));
  }

  // What the switches put in place of names in a specification.
  function replacements(figure, state) {
    const result = {};
    for (const item of figure.spec?.usermeta?.switches ?? []) {
      Object.assign(result, item.options[state.switches?.[item.name] ?? item.first ?? 0].set);
    }
    return result;
  }

  // Filters of the figure alone; one for a field that a switch has made an axis does nothing.
  function activeFilters(figure, state) {
    const used = Object.values(replacements(figure, state));
    return (figure.spec?.usermeta?.filters ?? []).filter(
        (filter) => !used.includes(filter.field));
  }

  // The values that a filter may have, the other controls being as they are.
  function filterValues(document, figure, state, filter, field = filter.field) {
    const open = {...state, filters: {...state.filters, [filter.field]: null}};
    return valuesOf(rowsFor(document, figure, open), field);
  }

  // Gives filters that have no valid value the one to begin with.
  function settle(document, figure, state) {
    for (const filter of activeFilters(figure, state)) {
      const values = filterValues(document, figure, state, filter);
      if (values.includes(state.filters[filter.field])) continue;
      const start = values.includes(filter.start) ? filter.start : values[0];
      state.filters[filter.field] = filter.last ? values.at(-1) : start;
    }
  }

  // Where the time axis of a figure that zooms ends.
  const endOf = (document, figure, state) =>
      rowsFor(document, figure, state).reduce((most, row) => Math.max(most, row[figure.spec.usermeta.zoom.end]), 0) /
      figure.spec.usermeta.zoom.scale;

  function themed(spec, theme) {
    if (theme !== 'dark') return spec;
    return rewritten(spec, (value, key) =>
        (key === 'range' || key === 'color') && typeof value === 'string' ? kOnDark[value] : undefined);
  }

  function configFor(spec, theme, columns) {
    const colour = kThemes[theme];
    const own = spec.config ?? {};
    return {
      ...own,
      background: 'transparent',
      font: kFont,
      axis: {...own.axis, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal',
        labelColor: colour.faint, titleColor: colour.faint, gridColor: colour.grid,
        domainColor: colour.line, tickColor: colour.line, titlePadding: 8},
      // Numbers beside each other must not read as one.
      axisQuantitative: {...own.axisQuantitative, labelOverlap: 'greedy', labelSeparation: 10},
      legend: {...own.legend, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal',
        labelColor: colour.text, titleColor: colour.faint, columns, symbolStrokeWidth: 2},
      header: {labelColor: colour.text, titleColor: colour.faint},
      text: {color: colour.text, fontSize: 12, font: kFont},
      title: {...own.title, color: colour.text, subtitleColor: colour.faint},
      view: {...own.view, stroke: null},
      range: {category: ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#8C6D31', '#999999']},
    };
  }

  // How many figures stand beside each other in a faceted one, and how wide each may be.
  function fitFacet(spec, rows, width, margin) {
    const inner = spec.spec;
    const given = inner.width ?? 300;
    const least = 200;
    if (spec.columns) {
      const count = valuesOf(rows, spec.facet.field).length;
      const columns = Math.max(1, Math.min(spec.columns, count, Math.floor(width / (least + margin))));
      return {...spec, columns, spec: {...inner, width: Math.min(1.35 * given, width / columns - margin)}};
    }
    const count = spec.facet.column ? valuesOf(rows, spec.facet.column.field).length : 1;
    return {...spec, spec: {...inner, width: Math.min(1.6 * given, width / count - margin)}};
  }

  // The specification of a figure with its data in it, `width` pixels wide. `margin` is what a facet
  // needs beside its drawing; found by trying.
  function prepare(document, figure, state, {theme, width, margin = 70}) {
    const replace = replacements(figure, state);
    const {usermeta, $schema, background, title, ...given} = figure.spec;
    let spec = rewritten(given, (value) =>
        typeof value === 'string' && value.startsWith('@') && value in replace ? replace[value] : undefined);
    const rows = rowsFor(document, figure, state);
    const columns = Math.max(1, Math.floor((width - 100) / 140));  // beside labels of the axis
    spec = rewritten(themed(spec, theme), (value, key) => {
      if (key === 'data' && isObject(value) && value.url) {
        const name = value.url.replace(/\.csv$/, '');
        return {values: name === figure.data ? rows : rowsFor(document, figure, state, name)};
      }
      if (key === 'legend' && isObject(value) && value.columns > columns) return {...value, columns};
      return undefined;
    });
    for (const param of spec.params ?? []) {
      if (state.params && param.name in state.params) param.value = state.params[param.name];
    }
    spec.config = configFor(spec, theme, columns);
    if (spec.facet) return fitFacet(spec, rows, width, margin);
    return {...spec, width, autosize: {type: 'fit-x', contains: 'padding'}};
  }

  return {kThemes, rowsOf, rowsFor, valuesOf, chosenFields, activeFilters, filterValues, settle, endOf,
    replacements, prepare};
})();
