// The portfolio example in a real browser: `EXAMPLES` is the folder of the built programs. Nothing here sleeps.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { launch } from './browser.js';
import { Server } from './server.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const QUICK = ['--quotes-every', '50', '--confirm-after', '20'];

let browser;
let server;
let pages; // of the running case, with what each complained about

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

beforeEach(async () => {
  pages = [];
  server = await Server.start('portfolio', QUICK);
});

afterEach(async () => {
  await Promise.all(pages.map(({ page }) => page.context().close()));
  await server?.stop();
  assert.deepEqual(pages.flatMap(({ complaints }) => complaints), [], 'the pages ran without errors');
});

test('positions come on subscribing, and follow the quotes', async () => {
  const page = await signedIn('fabrice', 'fab123');
  assert.equal(await page.getByRole('status').textContent(), 'Signed in as fabrice');
  assert.equal(await page.locator('#positions tr').count(), 5);
  assert.equal(await cell(page, 'DELL', 'shares').textContent(), '50');
  await page.locator('tr[data-ticker="DELL"] td:is(.up, .down)').waitFor();
  const before = await page.locator('#total').textContent();
  await page.waitForFunction((earlier) => document.getElementById('total').textContent !== earlier, before);
});

test('a trade is confirmed in all tabs of the user, and in nobody else’s', async () => {
  const tab = await signedIn('fabrice', 'fab123');
  const other = await open(tab.context());
  const paulson = await signedIn('paulson', 'bond');
  await other.locator('#positions tr').first().waitFor();
  await trade(tab, 'Buy', 'DELL', 7);
  for (const page of [tab, other]) {
    await page.locator('#confirmations li', { hasText: 'Bought 7 DELL' }).waitFor();
    assert.equal(await cell(page, 'DELL', 'shares').textContent(), '57');
  }
  await trade(paulson, 'Sell', 'DELL', 1);
  await paulson.locator('#confirmations li', { hasText: 'Sold 1 DELL' }).waitFor();
  assert.equal(await paulson.locator('#confirmations li').count(), 1);
  assert.equal(await cell(paulson, 'DELL', 'shares').textContent(), '49');
});

test('a refused trade is told to the tab that asked', async () => {
  const tab = await signedIn('fabrice', 'fab123');
  const other = await open(tab.context());
  await other.locator('#positions tr').first().waitFor();
  await trade(tab, 'Sell', 'RHT', 21);
  await tab.getByRole('alert').filter({ hasText: 'not enough shares of RHT to sell: 20 of 21' }).waitFor();
  await trade(tab, 'Buy', 'RHT', 1); // the other tab has it after all that came before
  await other.locator('#confirmations li', { hasText: 'Bought 1 RHT' }).waitFor();
  assert.equal(await other.getByRole('alert').textContent(), '');
});

test('the list of users is for those who have signed in', async () => {
  const answer = await fetch(`${server.url}/users`);
  assert.equal(answer.status, 401);
  const page = await signedIn('fabrice', 'fab123');
  await signedIn('paulson', 'bond');
  await page.getByRole('button', { name: 'Show who is here' }).click();
  await page.locator('#users li').first().waitFor();
  assert.deepEqual(await page.locator('#users li').allTextContents(), ['fabrice (1)', 'paulson (1)']);
});

test('a wrong password is refused, and signing out ends it', async () => {
  const page = await open();
  await signIn(page, 'fabrice', 'wrong');
  await page.getByRole('alert').filter({ hasText: 'Wrong name or password.' }).waitFor();
  await signIn(page, 'fabrice', 'fab123');
  await page.locator('#positions tr').first().waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Name').waitFor();
  await page.reload();
  await page.getByLabel('Name').waitFor();
  expected(page, '401 (Unauthorized)');
});

test('axe finds no violations', async () => {
  const page = await open();
  await page.getByLabel('Name').waitFor();
  await looks(page);
  await signIn(page, 'fabrice', 'fab123');
  await page.locator('#positions tr').first().waitFor();
  await looks(page);
});

async function open(context) {
  const page = await (context ?? await browser.newContext()).newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  pages.push({ page, complaints });
  await page.goto(server.url);
  return page;
}

/** The browser reports refused requests; this one was meant to be. */
function expected(page, text) {
  const { complaints } = pages.find((one) => one.page === page);
  const at = complaints.findIndex((complaint) => complaint.includes(text));
  assert.notEqual(at, -1, `the browser has reported ${text}`);
  complaints.splice(at, 1);
}

async function signedIn(name, password) {
  const page = await open();
  await signIn(page, name, password);
  await page.locator('#positions tr').first().waitFor();
  return page;
}

async function signIn(page, name, password) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function trade(page, action, ticker, shares) {
  await page.getByLabel('Stock').selectOption(ticker);
  await page.getByLabel('Shares').fill(String(shares));
  await page.getByRole('button', { name: action, exact: true }).click();
}

function cell(page, ticker, name) {
  return page.locator(`tr[data-ticker="${ticker}"] td[data-cell="${name}"]`);
}

async function looks(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
}
