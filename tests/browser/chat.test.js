// The chat example in a real browser: `EXAMPLES` is the folder of the built programs, `CHROMIUM` the browser (else it is looked for
// on PATH). Every wait is for a condition; nothing here sleeps.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { launch } from './browser.js';
import { Server } from './server.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 640 };

let browser;
let server;
let tabs; // of the running case: what each one complained about is looked at when the case ends

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

beforeEach(async () => {
  tabs = [];
  server = await Server.start('chat');
});

afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.page.context().close()));
  await server?.stop();
  assert.deepEqual(tabs.flatMap((tab) => tab.complaints), [], 'the pages ran without errors');
});

test('two people talk in a room, both ways', async () => {
  const ann = await signedIn('ann');
  const bob = await signedIn('bob');
  await ann.sees(ann.people.getByText('bob'));
  await bob.sees(bob.people.getByText('ann'));

  await ann.says('good morning');
  await bob.hears('good morning');
  await bob.says('and to you');
  await ann.hears('and to you');

  await bob.hears('good morning', { from: 'ann' });
  await ann.hears('good morning', { from: 'You' });
  await ann.reads(['good morning', 'and to you']);
  await bob.reads(['good morning', 'and to you']);
});

test('who joins and leaves is told, and who types', async () => {
  const ann = await signedIn('ann');
  const bob = await signedIn('bob');
  await ann.sees(ann.log.getByText('bob joined'));

  await bob.composer.pressSequentially('hm');
  await ann.sees(ann.page.getByText('bob is typing…'));

  await bob.page.getByRole('button', { name: 'Sign out' }).click();
  await ann.sees(ann.log.getByText('bob left'));
  await ann.people.getByText('bob').waitFor({ state: 'detached' });
});

test('rooms are apart', async () => {
  const ann = await signedIn('ann', { room: 'lobby' });
  const bob = await signedIn('bob', { room: 'lobby' });
  await bob.page.getByLabel('Name of another room').fill('garden');
  await bob.page.keyboard.press('Enter');
  await bob.sees(bob.page.getByRole('heading', { name: '# garden' }));
  await ann.sees(ann.page.getByRole('navigation').getByText('garden'));
  await ann.sees(ann.log.getByText('bob left'));

  await bob.says('in the garden');
  await bob.hears('in the garden');
  await ann.says('in the lobby');
  await ann.hears('in the lobby');
  await ann.reads(['in the lobby']);
  await bob.reads(['in the garden']);

  await ann.page.getByRole('navigation').getByRole('button', { name: /garden/ }).click();
  await ann.hears('in the garden');
  await ann.reads(['in the garden']);
});

test('a reload comes back to the room with its history, each message once', async () => {
  const ann = await signedIn('ann', { room: 'garden' });
  const bob = await signedIn('bob', { room: 'garden' });
  await ann.says('before the reload');
  await bob.hears('before the reload');

  await ann.page.reload();
  await ann.connected();
  await ann.sees(ann.page.getByRole('heading', { name: '# garden' }));
  await ann.hears('before the reload', { from: 'You' });
  await bob.says('after the reload');
  await ann.hears('after the reload');
  await ann.says('still here');
  await bob.hears('still here');
  await ann.reads(['before the reload', 'after the reload', 'still here']);
});

test('after a restart of the server the page reconnects by itself and says so', async () => {
  const ann = await signedIn('ann');
  const bob = await signedIn('bob');
  await ann.says('before the restart');
  await bob.hears('before the restart');

  await server.stop();
  await Promise.all([ann, bob].map((tab) => tab.sees(tab.page.locator('#status', { hasText: 'Reconnecting' }))));
  await ann.sees(ann.page.getByRole('status').filter({ hasText: 'Reconnecting…' }));
  await ann.composer.fill('kept while away');
  await ann.page.keyboard.press('Enter');
  await ann.sees(ann.toast('your message is kept'));
  assert.equal(await ann.composer.inputValue(), 'kept while away');

  await server.startAgain();
  await Promise.all([ann.connected(), bob.connected()]);
  await ann.sees(ann.page.getByRole('status').filter({ hasText: 'Connected' }));
  await ann.sees(ann.people.getByText('bob'));
  await bob.sees(bob.people.getByText('ann'));
  await ann.composer.press('Enter');
  await bob.hears('kept while away');
  await bob.says('welcome back');
  await ann.hears('welcome back');
  await ann.reads(['before the restart', 'kept while away', 'welcome back']);
});

test('a private message reaches one person and no other', async () => {
  const [ann, bob, eve] = [await signedIn('ann'), await signedIn('bob'), await signedIn('eve')];
  await ann.people.getByRole('button', { name: 'bob' }).click();
  await ann.says('between us');
  await bob.hears('between us', { from: 'ann', privately: true });
  await ann.hears('between us', { from: 'You', privately: true });
  await ann.composer.press('Escape');

  await bob.says('/msg ann I keep it');
  await ann.hears('I keep it', { from: 'bob', privately: true });
  await ann.says('for everybody');
  await eve.hears('for everybody');
  await eve.reads(['for everybody']);
});

test('an error is shown to the one who caused it, and the text comes back', async () => {
  const ann = await signedIn('ann');
  const bob = await signedIn('bob');
  const long = 'x'.repeat(1001);
  await ann.says(long);
  await ann.sees(ann.toast());
  assert.equal(await ann.composer.inputValue(), long);
  await ann.page.getByRole('button', { name: 'Close' }).click();

  await ann.says('/msg nobody-of-that-name hello');
  await ann.sees(ann.toast());
  await ann.says('now a short one');
  await bob.hears('now a short one');
  await bob.reads(['now a short one']);
  assert.equal(await bob.page.locator('.toast').count(), 0);
});

test('a name or a room that cannot be is refused with a reason', async () => {
  const ann = await opened();
  await ann.page.getByLabel('Your name').fill('a/b');
  await ann.page.keyboard.press('Enter');
  await ann.sees(ann.page.getByRole('alert').filter({ hasText: 'A name is' }));
  await ann.focusIs(ann.page.getByLabel('Your name'));
  await ann.signIn('ann', 'lobby');
  await ann.page.getByLabel('Name of another room').fill('not a room');
  await ann.page.keyboard.press('Enter');
  await ann.sees(ann.toast('A room is'));
  await ann.sees(ann.page.getByRole('heading', { name: '# lobby' }));
});

test('what the server refuses at the door is shown there', async () => {
  const ann = await opened();
  let nameless = true; // on the way to the server the first CONNECT loses its name
  await ann.page.routeWebSocket('**/ws', (socket) => {
    const onward = socket.connectToServer();
    socket.onMessage((frame) => onward.send(nameless ? frame.replace('login:ann', 'login:') : frame));
  });
  await ann.page.reload(); // routes hold for documents loaded after them
  await ann.page.getByLabel('Your name').fill('ann');
  await ann.page.keyboard.press('Enter');
  await ann.sees(ann.page.locator('#sign-in-error', { hasText: '32 characters' }));
  await ann.focusIs(ann.page.getByLabel('Your name'));

  nameless = false;
  await ann.signIn('ann', 'lobby');
});

test('a POST is broadcast to the room', async () => {
  const ann = await signedIn('ann', { room: 'lobby' });
  const answer = await fetch(`${server.url}/announce`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'tea is ready', room: 'lobby' }),
  });
  assert.ok(answer.ok, `POST /announce answered ${answer.status}`);
  await ann.hears('tea is ready', { from: 'Announcement' });
});

test('markup that somebody types is shown as text', async () => {
  const ann = await signedIn('ann');
  const bob = await signedIn('bob');
  const markup = '<img src=x onerror="globalThis.broken = true"><b>bold</b>';
  await ann.says(markup);
  for (const tab of [ann, bob]) {
    await tab.hears(markup);
    assert.equal(await tab.log.locator('img').count(), 0);
    assert.equal(await tab.page.evaluate(() => globalThis.broken), undefined);
  }
});

test('the whole conversation works by keyboard', async () => {
  const bob = await signedIn('bob');
  const ann = await opened();
  const { keyboard } = ann.page;
  await ann.focusIs(ann.page.getByLabel('Your name'));
  await keyboard.type('ann');
  await keyboard.press('Tab');
  await ann.focusIs(ann.page.getByLabel('Room', { exact: true }));
  await keyboard.press('Enter');
  await ann.connected();
  await ann.focusIs(ann.composer);
  await keyboard.type('one');
  await keyboard.press('Shift+Enter');
  await keyboard.type('two');
  await keyboard.press('Enter');
  await bob.hears('one\ntwo');

  await ann.sees(ann.people.getByRole('button', { name: 'bob' }));
  await ann.tabTo(ann.people.getByRole('button', { name: 'bob' }), 'Shift+Tab');
  await keyboard.press('Enter');
  await ann.focusIs(ann.composer);
  await keyboard.type('for you');
  await keyboard.press('Enter');
  await bob.hears('for you', { privately: true });
  await keyboard.press('Escape');
  await keyboard.type('for all');
  await keyboard.press('Enter');
  await bob.hears('for all');

  await ann.tabTo(ann.log, 'Shift+Tab');
  await ann.tabTo(ann.page.getByLabel('Name of another room'), 'Shift+Tab');
  await keyboard.type('garden');
  await keyboard.press('Enter');
  await ann.sees(ann.page.getByRole('heading', { name: '# garden' }));
  await ann.tabTo(ann.page.getByRole('button', { name: 'lobby' }), 'Shift+Tab');
  await keyboard.press('Space');
  await ann.sees(ann.page.getByRole('heading', { name: '# lobby' }));
  await ann.tabTo(ann.page.getByRole('button', { name: 'Sign out' }), 'Shift+Tab');
  await keyboard.press('Enter');
  await ann.focusIs(ann.page.getByLabel('Your name'));
});

test('at 360 pixels nothing scrolls sideways', async () => {
  const bob = await signedIn('bob');
  const ann = await opened({ viewport: NARROW, reducedMotion: 'reduce' });
  await ann.fits();
  await ann.signIn('a-name-of-thirty-two-characters.', 'lobby');
  await bob.says('w'.repeat(300));
  await ann.hears('w'.repeat(300));
  await ann.says('short');
  await bob.says(`/msg a-name-of-thirty-two-characters. ${'v'.repeat(90)}`);
  await ann.hears('v'.repeat(90), { privately: true });
  await ann.says('/msg nobody-of-that-name-at-all hello');
  await ann.sees(ann.toast());
  await ann.fits();

  await ann.page.getByRole('button', { name: 'Rooms and people' }).click();
  await ann.fits();
  await ann.people.getByRole('button', { name: 'bob' }).click();
  await ann.fits();
  await ann.says('from a small screen');
  await bob.hears('from a small screen', { privately: true });
});

test('light and dark follow the system until one is chosen, which is kept', async () => {
  const ann = await opened({ colorScheme: 'dark' });
  await ann.signIn('ann', 'lobby');
  const scheme = () => ann.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  const toggle = ann.page.getByRole('button', { name: 'Dark colours', pressed: true });
  const dark = await ann.background();
  await toggle.click();
  assert.equal(await scheme(), 'light');
  assert.notEqual(await ann.background(), dark);

  await ann.page.reload();
  await ann.connected();
  assert.equal(await scheme(), 'light');
});

for (const colorScheme of ['light', 'dark']) {
  for (const viewport of [WIDE, NARROW]) {
    test(`axe finds nothing: ${colorScheme}, ${viewport.width} pixels`, async () => {
      const ann = await opened({ viewport, colorScheme, reducedMotion: 'reduce' });
      await ann.passesAxe('sign in');
      const bob = await signedIn('bob', { room: 'lobby' });
      await bob.says('good morning');
      await ann.signIn('ann', 'lobby');
      await ann.hears('good morning');
      await ann.says('good morning to you');
      await ann.says('/msg bob psst');
      await ann.hears('psst', { privately: true });
      await bob.says('/msg ann what?');
      await ann.hears('what?', { privately: true });
      await fetch(`${server.url}/announce`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'tea is ready', room: 'lobby' }),
      });
      await ann.hears('tea is ready');
      await ann.passesAxe('conversation');

      await ann.says('/msg nobody-of-that-name hello');
      await ann.sees(ann.toast());
      if (viewport === NARROW) await ann.page.getByRole('button', { name: 'Rooms and people' }).click();
      await ann.passesAxe('a toast, and the drawer when narrow');
      await ann.people.getByRole('button', { name: 'bob' }).click();
      await bob.composer.pressSequentially('hm');
      await ann.sees(ann.page.getByText('bob is typing…'));
      await ann.passesAxe('writing privately');
      await server.stop();
      await ann.sees(ann.page.locator('#status[data-state="waiting"]'));
      await ann.passesAxe('reconnecting');
    });
  }
}

// ----- one tab -----------------------------------------------------------------------------------------------

class Tab {
  constructor(page) {
    this.page = page;
    this.complaints = [];
    this.log = page.getByRole('log');
    this.people = page.getByRole('region', { name: 'Here now' });
    this.composer = page.getByLabel('Message', { exact: true });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (line) => {
      // While the server is away the browser reports each failed attempt.
      if (line.type() === 'error' && !line.text().includes('WebSocket connection')) this.complaints.push(line.text());
    });
  }

  async signIn(name, room) {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByLabel('Room', { exact: true }).fill(room);
    await this.page.getByRole('button', { name: 'Join the room' }).click();
    await this.connected();
  }

  async connected() {
    await this.page.locator('#status[data-state="connected"]').waitFor();
    await this.page.locator('#log:not([aria-busy])').waitFor(); // the history is there
  }

  async says(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Waits for a message in the log, of this author and kind if they are given. */
  async hears(text, { from, privately } = {}) {
    let group = this.log.locator('.group', { has: this.page.locator('.text', { hasText: exactly(text) }) });
    if (from) group = group.filter({ has: this.page.locator('b', { hasText: exactly(from) }) });
    if (privately) group = group.filter({ hasText: 'privately' });
    await this.sees(group);
  }

  sees(locator) {
    return locator.first().waitFor();
  }

  /** The log holds these messages and no other, once the last of them has come. */
  async reads(texts) {
    await this.hears(texts.at(-1));
    assert.deepEqual(await this.log.locator('.text').allTextContents(), texts);
  }

  toast(text = '') {
    return this.page.getByRole('alert').locator('.toast', { hasText: text });
  }

  background() {
    return this.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }

  async focusIs(locator) {
    const element = await locator.elementHandle();
    await this.page.waitForFunction((wanted) => document.activeElement === wanted, element);
  }

  /** Presses Tab until the element has the focus, which must then be visible. */
  async tabTo(locator, key = 'Tab') {
    for (let presses = 0; presses < 40; presses += 1) {
      await this.page.keyboard.press(key);
      if (await locator.evaluate((element) => element === document.activeElement)) {
        const outline = await locator.evaluate((element) => getComputedStyle(element).outlineStyle);
        assert.notEqual(outline, 'none', `the focus on ${locator} can be seen`);
        return;
      }
    }
    assert.fail(`${locator} is not reached with ${key}`);
  }

  async fits() {
    const wide = await this.page.evaluate(() => {
      const shown = [...document.querySelectorAll('body, body *')]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }));
      const scrolls = (element) => element.scrollWidth > element.clientWidth
        && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
      const sticksOut = (element) => element.getBoundingClientRect().right > innerWidth;
      const page = document.scrollingElement.scrollWidth > innerWidth ? ['the page'] : [];
      return [...page, ...shown.filter((element) => scrolls(element) || sticksOut(element)).map((e) => e.outerHTML)];
    });
    assert.deepEqual(wide, [], 'nothing is wider than its box or than the window');
  }

  async passesAxe(where) {
    // `evaluate` takes the script past the page's content security policy, which forbids foreign scripts.
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(AXE);
    const { violations, incomplete } = await this.page.evaluate(() => globalThis.axe.run());
    const say = ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n')}`;
    assert.deepEqual(violations.map(say), [], `axe, ${where}`);
    const unsure = incomplete.filter(({ id }) => id !== 'color-contrast'); // what a drawer covers cannot be measured
    assert.deepEqual(unsure.map(say), [], `axe is sure, ${where}`);
  }
}

async function opened({ viewport = WIDE, ...options } = {}) {
  const context = await browser.newContext({ viewport, ...options });
  const tab = new Tab(await context.newPage());
  tabs.push(tab);
  tab.page.setDefaultTimeout(15_000);
  await tab.page.goto(server.url);
  return tab;
}

async function signedIn(name, { room = 'lobby', ...options } = {}) {
  const tab = await opened(options);
  await tab.signIn(name, room);
  return tab;
}

function exactly(text) {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
