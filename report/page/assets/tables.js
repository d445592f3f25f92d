// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them, and tables of them.
'use strict';

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const numbers = (() => {
  const kThin = '\u202f';
  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, kThin);
  // A whole number's digits, where JavaScript would write a power of ten.
  const digitsOf = (value) => BigInt(value).toString();

  // Integer `value` over 10^`places`, exactly, with at most `shown` decimals.
  function decimal(value, places, shown = places) {
    const sign = value < 0 ? '-' : '';
    const digits = digitsOf(Math.abs(value)).padStart(places + 1, '0');
    const whole = digits.slice(0, -places);
    const rest = digits.slice(-places).slice(0, shown);
    return sign + grouped(whole) + (rest ? '.' + rest : '');
  }

  // Four significant digits and the unit that suits.
  function scaled(value, step, units) {
    let i = 0;
    let size = Math.abs(value);
    while (size >= step && i + 1 < units.length) {
      size /= step;
      ++i;
    }
    const text = size >= 1000 || Number.isInteger(size) ? grouped(digitsOf(Math.round(size)))
                                                        : String(Number(size.toPrecision(4)));
    return (value < 0 ? '-' : '') + text + ' ' + units[i];
  }

  const kNice = {
    ps: (value) => scaled(value, 1000, ['ps', 'ns', 'µs', 'ms', 's']),
    bytes: (value) => scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']),
    bytes_per_s: (value) => scaled(value, 1000, ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s']),
    hz: (value) => scaled(value, 1000, ['Hz', 'kHz', 'MHz', 'GHz']),
    macs_per_s: (value) => scaled(value, 1000, ['MAC/s', 'kMAC/s', 'MMAC/s', 'GMAC/s', 'TMAC/s']),
    pj: (value) => scaled(value, 1000, ['pJ', 'nJ', 'µJ', 'mJ', 'J']),
    per_s: (value) => scaled(value, Infinity, ['/s']),
    mm2: (value) => scaled(value, Infinity, ['mm²']),
    ratio: (value) => scaled(100 * value, Infinity, ['%']),
  };
  // In a column all numbers have one unit, which stands in its head.
  const kColumns = {ps: 'µs', bytes: 'bytes', bytes_per_s: 'GB/s', macs_per_s: 'GMAC/s', pj: 'µJ',
    per_s: '/s', mm2: 'mm²', ratio: '%', hz: 'MHz'};

  function nice(value, unit) {
    if (value === null || value === undefined) return '–';
    if (typeof value !== 'number') return String(value);
    return kNice[unit] ? kNice[unit](value) : plain(value);
  }

  // Six significant digits, but no large number is rounded: it stands whole.
  function plain(value) {
    if (!Number.isInteger(value) && Math.abs(value) < 1e5) return String(Number(value.toPrecision(6)));
    const digits = digitsOf(Math.round(value));
    return Math.abs(value) < 10000 ? digits : grouped(digits);
  }

  function inColumn(value, unit) {
    if (value === null || value === undefined) return '–';
    if (typeof value !== 'number') return String(value);
    if (unit === 'ps' && Number.isInteger(value)) return decimal(value, 6, 3);
    if (unit === 'pj' && Number.isInteger(value)) return decimal(value, 6, 3);
    if (unit === 'ratio') return (100 * value).toFixed(2);
    if (unit === 'bytes_per_s' || unit === 'macs_per_s') return grouped(digitsOf(Math.round(value / 1e9)));
    if (unit === 'hz') return plain(value / 1e6);
    return plain(value);
  }

  const labelOf = (field) =>
      field.unit && kColumns[field.unit] && !(field.unit === 'bytes' && field.label === 'bytes')
          ? `${field.label} (${kColumns[field.unit]})` : field.label;

  // In base units, for other programs.
  const whole = (value) => Number.isInteger(value) ? digitsOf(value) : String(value);

  return {nice, inColumn, labelOf, whole};
})();

const tables = (() => {
  const kMostRows = 100;

  const cellText = (value) => value === null || value === undefined ? ''
      : typeof value === 'number' ? numbers.whole(value) : String(value);
  // As base/csv.h has it: what a spreadsheet would run as a formula has a ' in front.
  const isFormula = (text) => /^'*[=+@\t\r-]/.test(text) && text !== '-' && !/^[+-][\d.]+(e[+-]?\d+)?$/i.test(text);
  const csvCell = (value) => {
    const text = (isFormula(cellText(value)) ? "'" : '') + cellText(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  // In base units, for other programs.
  const csvOf = (fields, rows) =>
      [fields.map((field) => field.name), ...rows.map((row) => fields.map((field) => row[field.name]))]
          .map((cells) => cells.map(csvCell).join(',')).join('\n') + '\n';

  // Columns that say the same in every row are left out of tables for people.
  const telling = (fields, rows, chosen) => fields.filter(
      (field) => !chosen.includes(field.name) && !/_index$|^order$|^axis\d+$/.test(field.name) &&
                 rows.some((row) => row[field.name] !== null && row[field.name] !== ''));

  function compare(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return cellText(a).localeCompare(cellText(b), 'en', {numeric: true});
  }

  function copyButton(text) {
    const button = element('button', {type: 'button', class: 'quiet'}, 'Copy as CSV');
    button.addEventListener('click', async () => {
      const done = await copy(text());
      button.textContent = done ? 'Copied' : 'Cannot copy here';
      setTimeout(() => { button.textContent = 'Copy as CSV'; }, 1500);
    });
    return button;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Files are no secure context in every browser; the old way works there.
      const area = element('textarea', {class: 'offscreen', 'aria-hidden': 'true'});
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand('copy');
      area.remove();
      return done;
    }
  }

  // A table with a head to sort by; `search` adds a field that filters its rows.
  function make({caption, fields, rows, chosen = [], search = false}) {
    const columns = telling(fields, rows, chosen);
    const box = element('div', {class: 'table-box'});
    const state = {sort: null, descending: false, text: '', all: false};
    const body = element('tbody');
    const note = element('p', {class: 'note', role: 'status'});
    const more = element('button', {type: 'button', class: 'quiet', onclick: () => { state.all = true; fill(); }}, 'Show all rows');
    const heads = columns.map((field) => {
      const sorter = element('button', {type: 'button', class: 'sort', onclick: () => {
        state.descending = state.sort === field.name && !state.descending;
        state.sort = field.name;
        fill();
      }}, numbers.labelOf(field));
      return element('th', {scope: 'col', class: isNumber(field) ? 'number' : null}, sorter);
    });

    function isNumber(field) {
      return rows.some((row) => typeof row[field.name] === 'number');
    }

    function shownRows() {
      const text = state.text.toLowerCase();
      const kept = rows.filter((row) => !text ||
          columns.some((field) => typeof row[field.name] === 'string' && row[field.name].toLowerCase().includes(text)));
      if (state.sort !== null) {
        const sign = state.descending ? -1 : 1;
        kept.sort((a, b) => sign * compare(a[state.sort], b[state.sort]));
      }
      return kept;
    }

    function fill() {
      const kept = shownRows();
      const shown = state.all ? kept : kept.slice(0, kMostRows);
      body.replaceChildren(...shown.map((row) => element('tr', {}, ...columns.map((field) => {
        const value = row[field.name];
        return element('td', {class: typeof value === 'number' ? 'number' : null, 'data-field': field.name,
          'data-value': cellText(value)}, numbers.inColumn(value, field.unit));
      }))));
      heads.forEach((head, i) => {
        if (columns[i].name !== state.sort) head.removeAttribute('aria-sort');
        else head.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
      });
      note.textContent = kept.length === rows.length && shown.length === kept.length
          ? `${rows.length} rows` : `${shown.length} of ${rows.length} rows`;
      more.hidden = shown.length === kept.length;
    }

    const tools = element('div', {class: 'table-tools'});
    if (search) {
      const input = element('input', {type: 'search', placeholder: 'Filter rows', 'aria-label': `Filter rows of ${caption}`});
      input.addEventListener('input', () => { state.text = input.value; fill(); });
      tools.append(input);
    }
    tools.append(note, more, copyButton(() => csvOf(fields, shownRows())));
    box.append(tools, element('div', {class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': caption},
        element('table', {}, element('caption', {class: 'offscreen'}, caption),
            element('thead', {}, element('tr', {}, ...heads)), body)));
    fill();
    return box;
  }

  return {make, copy, csvOf};
})();
