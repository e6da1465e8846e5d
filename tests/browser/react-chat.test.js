// The React example in a real browser: `EXAMPLES` is the folder of the built programs. Nothing here sleeps.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { launch } from './browser.js';
import { Server } from './server.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
let server;
let pages; // of the running case, with what each complained about

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

beforeEach(async () => {
  pages = [];
  server = await Server.start('react-chat');
});

afterEach(async () => {
  await Promise.all(pages.map(({ page }) => page.context().close()));
  await server?.stop();
  assert.deepEqual(pages.flatMap(({ complaints }) => complaints), [], 'the pages ran without errors');
});

test('own messages are marked ME, those of others OTHER', async () => {
  const ann = await entered('ann');
  const bob = await entered('bob');
  await says(ann, 'good morning');
  await hears(ann, 'ME', 'ME good morning');
  await hears(bob, 'OTHER', 'ann good morning');
  await says(bob, 'and to you');
  await hears(bob, 'ME', 'ME and to you');
  await hears(ann, 'OTHER', 'bob and to you');
  assert.equal(await ann.getByRole('listitem').count(), 2, 'each message comes once, also in StrictMode');
});

test('leaving the room ends the connection', async () => {
  const ann = await open();
  const opened = ann.waitForEvent('websocket');
  await enter(ann, 'ann');
  const socket = await opened;
  const closed = socket.waitForEvent('close');
  await ann.getByRole('button', { name: 'Leave' }).click();
  await closed;
  await ann.getByLabel('Your name').waitFor();
});

test('after a restart of the server the page reconnects by itself', async () => {
  const ann = await entered('ann');
  await server.stop();
  await ann.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor();
  await server.startAgain();
  await connected(ann);
  await says(ann, 'back again');
  await hears(ann, 'ME', 'ME back again');
});

test('markup in a message is text, and what is no message is not shown', async () => {
  const ann = await entered('ann');
  await ann.evaluate(() => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/ws-stomp`);
    socket.onerror = reject;
    socket.onopen = () => socket.send('CONNECT\naccept-version:1.2\nhost:x\n\n\0');
    socket.onmessage = ({ data }) => {
      if (data.startsWith('CONNECTED')) socket.send('SEND\ndestination:/sub/message\nreceipt:r\n\nno json\0');
      if (data.startsWith('RECEIPT')) resolve(socket.close());
    };
  }));
  await says(ann, '<img src=x onerror=alert(1)>');
  await hears(ann, 'ME', 'ME <img src=x onerror=alert(1)>');
  assert.equal(await ann.getByRole('listitem').count(), 1);
  assert.equal(await ann.locator('img').count(), 0);
});

test('axe finds no violations', async () => {
  const ann = await open();
  await looks(ann);
  await enter(ann, 'ann');
  await says(ann, 'hello');
  await hears(ann, 'ME', 'ME hello');
  await looks(ann);
});

async function open() {
  const page = await (await browser.newContext()).newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (line) => {
    // While the server is away the browser reports each failed attempt.
    if (line.type() === 'error' && !line.text().includes('WebSocket connection')) complaints.push(line.text());
  });
  pages.push({ page, complaints });
  await page.goto(server.url);
  return page;
}

async function entered(name) {
  const page = await open();
  await enter(page, name);
  return page;
}

async function enter(page, name) {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Enter' }).click();
  await connected(page);
}

function connected(page) {
  return page.getByRole('status').filter({ hasText: /^Connected$/ }).waitFor();
}

async function says(page, text) {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

function hears(page, who, text) {
  return page.locator(`li[data-who="${who}"]`).filter({ hasText: text }).waitFor();
}

async function looks(page) {
  await page.evaluate(AXE); // the page's own policy keeps scripts out, not the debugger
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
}
