// SPDX-License-Identifier: Apache-2.0
// Numbers as a page shows them and as it gives them to other programs; needs no browser.
// usage: node numbers_test.mjs TABLES.js
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

const {numbers, tables} = new Function(readFileSync(process.argv[2], 'utf8') + '\nreturn {numbers, tables};')();
const spaced = (text) => text.replaceAll('\u202f', ' ');

// Whole, with no power of ten and no digit rounded away.
assert.equal(spaced(numbers.inColumn(1234567, '')), '1 234 567');
assert.equal(spaced(numbers.inColumn(1234567.8, 'per_s')), '1 234 568');
assert.equal(spaced(numbers.inColumn(98765.4321, 'per_s')), '98765.4');
assert.equal(spaced(numbers.inColumn(2e21, '')), '2 000 000 000 000 000 000 000');
assert.equal(spaced(numbers.inColumn(4e21, 'ps')), '4 000 000 000 000 000.000');
assert.equal(spaced(numbers.inColumn(-123456789, 'ps')), '-123.456');
assert.equal(spaced(numbers.inColumn(0, '')), '0');
assert.equal(spaced(numbers.nice(1234567.8, 'per_s')), '1 234 568 /s');
assert.equal(spaced(numbers.nice(5260.4, 'per_s')), '5 260 /s');
assert.equal(spaced(numbers.nice(12.345678, 'per_s')), '12.35 /s');
assert.equal(spaced(numbers.nice(12345.678, 'ratio')), '1 234 568 %');
assert.equal(spaced(numbers.nice(0.12345, 'ratio')), '12.35 %');

const fields = [{name: 'op'}, {name: 'bytes'}, {name: 'throughput_per_s'}];
assert.equal(tables.csvOf(fields, [{op: 'a', bytes: 1e21, throughput_per_s: 1234567.8}]),
    'op,bytes,throughput_per_s\na,1000000000000000000000,1234567.8\n');
