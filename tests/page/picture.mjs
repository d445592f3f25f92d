// SPDX-License-Identifier: Apache-2.0
// A section of a page as a PNG file.
// usage: node picture.mjs CHROMIUM PAGE.html ID light|dark OUT.png
import {chromium} from 'playwright-core';

const [executablePath, file, id, colorScheme, out] = process.argv.slice(2);
const browser = await chromium.launch({executablePath, args: ['--no-sandbox']});
const page = await browser.newPage({viewport: {width: 900, height: 800}, colorScheme});
await page.goto(`file://${file}`);
await page.waitForSelector('html[data-ready=true]');
await page.addStyleTag({content: '#bar { position: static !important; }'});
await page.locator(`#${id}`).screenshot({path: out});
await browser.close();
