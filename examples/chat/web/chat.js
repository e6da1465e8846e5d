// The chat page: stock @stomp/stompjs, no framework. What people type reaches the page as text nodes only.

const { Client, ReconnectionTimeMode, TickerStrategy } = globalThis.StompJs;

const FIRST_DELAY = 500; // ms until the first attempt to reconnect; doubles from there
const LONGEST_DELAY = 15_000;
const TYPING_EVERY = 2_000;
const TYPING_LASTS = 3_500;
const GROUP_WITHIN = 5 * 60_000; // messages of one author this close together share a head
const NAME = /^[\p{L}\p{N}_.-]{1,32}$/u; // names of people and rooms are segments of destinations
const ROOM = /^[\p{L}\p{N}_-]{1,32}$/u;

const $ = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Makes an element; strings become text nodes, never markup. */
function make(tag, { class: names = '', ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  if (names) element.className = names;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// ----- connection ------------------------------------------------------------------------------------------

let client; // one per sign-in; it reconnects by itself
let me = '';
let room = '';
let welcomed = false; // CONNECTED has come on the current connection
let failures = 0;
let countdown;

function connect(name) {
  me = name;
  const mine = (client = new Client({
    brokerURL: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
    connectHeaders: { login: name },
    heartbeatIncoming: 10_000,
    heartbeatOutgoing: 10_000,
    heartbeatStrategy: TickerStrategy.Worker, // timers of a hidden tab are too slow for heart-beats
    reconnectDelay: FIRST_DELAY,
    maxReconnectDelay: LONGEST_DELAY,
    reconnectTimeMode: ReconnectionTimeMode.EXPONENTIAL,
    connectionTimeout: 10_000,
    discardWebsocketOnCommFailure: true,
    onConnect: connected,
    onStompError: refused,
    onWebSocketClose: () => { if (mine === client) closed(); },
  }));
  showStatus('connecting', 'Connecting…');
  client.activate();
}

function connected(frame) {
  welcomed = true;
  failures = 0;
  me = frame.headers['user-name'] ?? me;
  showChat();
  showStatus('connected', 'Connected');
  listen('/user/queue/errors', ({ detail }) => failed(detail));
  listen('/user/queue/private', show);
  listen('/topic/rooms', showRooms);
  ask('/app/rooms', showRooms);
  enter(room);
}

/** An ERROR frame; the server closes after it. */
function refused(frame) {
  const reason = frame.headers.message ?? 'The server refused';
  if (welcomed) return toast(reason);
  signOut();
  $('sign-in-error').textContent = reason;
}

function closed() {
  welcomed = false;
  if (!client.active) return;
  if ($('chat').hidden) $('sign-in-error').textContent = 'The server does not answer; trying again…';
  if (!navigator.onLine) return showStatus('offline', 'Offline');
  const delay = Math.min(FIRST_DELAY * 2 ** failures++, LONGEST_DELAY);
  const end = Date.now() + delay;
  showStatus('waiting', 'Reconnecting…');
  const tick = () => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    $('status').textContent = seconds > 1 ? `Reconnecting in ${seconds} s…` : 'Reconnecting…';
  };
  tick();
  countdown = setInterval(tick, 500);
}

/** The pill counts down; what is read aloud changes only with the state. */
function showStatus(state, text) {
  clearInterval(countdown);
  $('status').dataset.state = state;
  $('status').textContent = text;
  if ($('spoken').textContent !== text) $('spoken').textContent = text;
}

function listen(destination, handle) {
  return client.subscribe(destination, (message) => handle(JSON.parse(message.body)));
}

/** A subscription that is answered once. */
function ask(destination, handle) {
  const question = listen(destination, (answer) => {
    question.unsubscribe();
    handle(answer);
  });
}

function send(destination, body = {}) {
  const headers = { 'content-type': 'application/json' };
  client.publish({ destination, body: JSON.stringify(body), headers });
}

// ----- rooms and people ------------------------------------------------------------------------------------

let subscriptions = []; // of the room one is in
let entries = []; // what the log shows
let early = null; // live messages that came before the history
let ahead = new Map(); // messages of the history that may still come live
let aside = []; // private messages, which stay in sight when the room changes

/** Enters a room: the first time, after a change, and again after each reconnect. */
function enter(next) {
  const base = `/topic/chat/${next}`;
  if (next !== room) clearRoom();
  room = next;
  sessionStorage.setItem('chat', JSON.stringify({ name: me, room })); // a reload comes back here
  showTitle();
  $('log').setAttribute('aria-busy', 'true'); // history is not read aloud line by line
  early = [];
  subscriptions = [
    listen(base, live),
    listen(`${base}/who`, showPeople),
    listen(`${base}/typing`, ({ from }) => typing(from)),
  ];
  ask(`/app/chat/${next}/history`, (messages) => { if (next === room) history(messages); });
  send(`/app/chat/${next}/join`);
  ask(`/app/chat/${next}/who`, (names) => { if (next === room) showPeople(names); });
}

function change(next) {
  drawer(false);
  if (!ROOM.test(next)) return toast('A room is 1 to 32 letters, digits, dashes or underscores.');
  if (!client.connected) return toast('Not connected just now; try again in a moment.');
  if (next !== room) {
    for (const subscription of subscriptions) subscription.unsubscribe();
    send(`/app/chat/${room}/leave`);
    enter(next);
  }
  $('text').focus();
}

function clearRoom() {
  aside = entries.filter((entry) => entry.to);
  entries = [];
  $('log').replaceChildren();
  [...typists.keys()].forEach(quiet);
}

const keyOf = (message) => message.id ?? JSON.stringify([message.at, message.from, message.text]);

/** Takes one from a counting map, if there is one. */
function take(counts, key) {
  const count = counts.get(key) ?? 0;
  if (count > 0) counts.set(key, count - 1);
  return count > 0;
}

const add = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** After a reconnect most of the history is on the page already; each message is shown once. */
function history(messages) {
  const shown = new Map();
  ahead = new Map();
  for (const entry of entries) add(shown, keyOf(entry));
  for (const message of [...aside, ...messages].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    if (take(shown, keyOf(message))) continue;
    add(ahead, keyOf(message));
    show(message);
  }
  const waiting = early;
  early = null;
  aside = [];
  waiting.forEach(live);
  $('log').removeAttribute('aria-busy');
}

function live(message) {
  if (early) return early.push(message);
  if (take(ahead, keyOf(message))) return;
  if (message.type === 'joined' || message.type === 'left') {
    if (message.from !== me) notice(`${message.from} ${message.type}`);
    return;
  }
  quiet(message.from);
  show(message);
}

function showRooms(rooms) {
  const named = rooms.some(({ name }) => name === room) ? rooms : [...rooms, { name: room, members: 1 }];
  redraw($('rooms'), named.map(({ name, members }) => {
    const people = make('span', { class: 'quiet' }, members === 1 ? ' person' : ' people');
    const count = make('span', { class: 'count' }, String(members), people);
    const item = make('button', { class: 'item', type: 'button', 'data-key': name },
      make('span', { class: 'hash', 'aria-hidden': 'true' }, '#'), make('span', { class: 'label' }, name), count);
    if (name === room) item.setAttribute('aria-current', 'true');
    item.addEventListener('click', () => change(name));
    return item;
  }));
}

function showPeople(names) {
  $('people-count').textContent = String(names.length);
  redraw($('people'), names.map((name) => {
    if (name === me) return make('div', { class: 'item' }, avatar(name), make('span', { class: 'label' }, `${name} (you)`));
    const item = make('button', { class: 'item', type: 'button', 'data-key': name },
      avatar(name), make('span', { class: 'label' }, name), make('span', { class: 'quiet' }, ', write privately'));
    item.addEventListener('click', () => address(name));
    return item;
  }));
}

/** Replaces the items of a list and keeps the focus where it was. */
function redraw(list, items) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  list.replaceChildren(...items.map((item) => make('li', {}, item)));
  if (focused !== undefined) items.find((item) => item.dataset.key === focused)?.focus();
}

// ----- the log ---------------------------------------------------------------------------------------------

function show(message) {
  const at = new Date(message.at);
  const last = entries.at(-1);
  const follow = atBottom() || message.from === me;
  const text = make('p', { class: 'text' }, message.text);
  const together = last && last.from === message.from && last.to === message.to
    && at - new Date(last.at) < GROUP_WITHIN && $('log').lastElementChild.classList.contains('group');
  if (together) $('log').lastElementChild.append(text);
  else $('log').append(make('div', { class: groupClass(message) }, avatar(message.from), head(message, at), text));
  entries.push(message);
  if (message.from === me) lastSent = '';
  if (follow) toBottom();
  else $('jump').hidden = false;
}

const announced = ({ type }) => type === 'announcement';

function groupClass(message) {
  const { from, to } = message;
  const kind = announced(message) ? 'announcement' : to ? 'private' : '';
  return `group hue-${hue(from)} ${kind} ${from === me ? 'own' : ''}`;
}

function head(message, date) {
  const { from, to, at } = message;
  const name = announced(message) ? 'Announcement' : from === me ? 'You' : from;
  const who = make('div', { class: 'who' }, make('b', {}, name));
  if (to) who.append(make('span', { class: 'mark' }, from === me ? `privately to ${to}` : 'privately'));
  who.append(make('time', { datetime: at, title: date.toLocaleString() }, clock.format(date)));
  return who;
}

/** A line between messages; the same line twice in a row is said once. */
function notice(text) {
  const last = $('log').lastElementChild;
  if (last?.classList.contains('notice') && last.textContent === text) return;
  const follow = atBottom();
  $('log').append(make('p', { class: 'notice' }, text));
  if (follow) toBottom();
}

const atBottom = () => $('log').scrollHeight - $('log').scrollTop - $('log').clientHeight < 60;

function toBottom() {
  $('log').scrollTop = $('log').scrollHeight;
  $('jump').hidden = true;
}

/** The same name has the same colour everywhere. */
function hue(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % 8;
}

function avatar(name) {
  return make('span', { class: `avatar hue-${hue(name)}`, 'aria-hidden': 'true' }, [...name][0].toUpperCase());
}

function showTitle() {
  $('title').textContent = `# ${room}`;
  document.title = `${room} · Chat`;
}

// ----- typing ----------------------------------------------------------------------------------------------

const typists = new Map(); // name → timer
let toldAt = 0;

function typing(name) {
  if (name === me) return;
  clearTimeout(typists.get(name));
  typists.set(name, setTimeout(quiet, TYPING_LASTS, name));
  showTyping();
}

function quiet(name) {
  clearTimeout(typists.get(name));
  typists.delete(name);
  showTyping();
}

function showTyping() {
  const names = [...typists.keys()];
  const who = names.length > 2 ? 'Several people' : names.join(' and ');
  $('typing').textContent = who && `${who} ${names.length > 1 ? 'are' : 'is'} typing…`;
}

function tellTyping() {
  const text = $('text').value.trim();
  if (!text || text.startsWith('/') || recipient || !client.connected) return;
  if (Date.now() - toldAt < TYPING_EVERY) return;
  toldAt = Date.now();
  send(`/app/chat/${room}/typing`);
}

// ----- composer --------------------------------------------------------------------------------------------

let recipient = ''; // of a private message; nobody in particular when empty
let lastSent = '';

function submit() {
  const text = $('text').value;
  if (!text.trim()) return;
  if (!client.connected) return toast('Not connected just now; your message is kept.');
  const command = /^\/msg\s+(\S+)\s+([^]+)$/.exec(text);
  if (command) send(`/app/private/${command[1]}`, { text: command[2] });
  else if (text.startsWith('/msg')) return toast('Write /msg, a name and the text.');
  else if (recipient) send(`/app/private/${recipient}`, { text });
  else send(`/app/chat/${room}`, { text });
  lastSent = text;
  toldAt = 0;
  $('text').value = '';
}

/** Turns the composer to one person, or with an empty name back to the room. */
function address(name) {
  recipient = name;
  drawer(false);
  $('to').hidden = !name;
  $('to').replaceChildren(`To ${name}`, make('span', { class: 'quiet' }, ', back to the room'));
  $('text').placeholder = name ? 'Write privately' : 'Write a message';
  $('text').focus();
}

/** The server refused what was sent: say so and give the text back. */
function failed(detail) {
  toast(detail);
  if (!$('text').value) $('text').value = lastSent;
  lastSent = '';
}

function toast(text) {
  if ([...$('toasts').children].some((other) => other.firstChild.textContent === text)) return;
  const close = make('button', { type: 'button' }, 'Close');
  const box = make('div', { class: 'toast' }, make('p', {}, text), close);
  close.addEventListener('click', () => { box.remove(); $('text').focus(); });
  setTimeout(() => box.remove(), 8_000);
  $('toasts').append(box);
}

// ----- in and out ------------------------------------------------------------------------------------------

function signIn(name, wanted) {
  if (client?.active) return; // already trying
  const problems = {
    name: NAME.test(name) ? '' : 'A name is 1 to 32 letters, digits, dots, dashes or underscores.',
    room: ROOM.test(wanted) ? '' : 'A room is 1 to 32 letters, digits, dashes or underscores.',
  };
  for (const [field, problem] of Object.entries(problems)) $(field).setAttribute('aria-invalid', String(problem !== ''));
  $('sign-in-error').textContent = problems.name || problems.room;
  if (problems.name || problems.room) return $(problems.name ? 'name' : 'room').focus();
  room = wanted;
  connect(name);
}

function showChat() {
  $('me').textContent = me;
  $('me-avatar').className = `avatar hue-${hue(me)}`;
  $('me-avatar').textContent = [...me][0].toUpperCase();
  if (!$('chat').hidden) return;
  $('welcome').hidden = true;
  $('chat').hidden = false;
  showTitle();
  $('text').focus();
}

function signOut() {
  if (client.connected) send(`/app/chat/${room}/leave`);
  client.deactivate();
  clearInterval(countdown);
  sessionStorage.removeItem('chat');
  address('');
  clearRoom();
  aside = [];
  $('spoken').textContent = 'Signed out';
  $('chat').hidden = true;
  $('welcome').hidden = false;
  document.title = 'Chat';
  $('name').value = me;
  $('name').focus();
}

// ----- theme, drawer, wiring -------------------------------------------------------------------------------

const dark = matchMedia('(prefers-color-scheme: dark)');

function theme(choice) {
  if (choice) document.documentElement.dataset.theme = choice;
  $('theme').setAttribute('aria-pressed', String((choice ?? (dark.matches ? 'dark' : 'light')) === 'dark'));
}

function drawer(open) {
  $('side').classList.toggle('open', open);
  $('menu').setAttribute('aria-expanded', String(open));
  if (open) $('side').querySelector('button').focus();
}

function on(id, event, handle) {
  $(id).addEventListener(event, (what) => {
    if (event === 'submit') what.preventDefault();
    handle(what);
  });
}

on('sign-in', 'submit', () => signIn($('name').value.trim(), $('room').value.trim()));
on('new-room', 'submit', () => { change($('new-room-name').value.trim()); $('new-room-name').value = ''; });
on('composer', 'submit', submit);
on('text', 'input', tellTyping);
on('text', 'keydown', (event) => {
  if (event.key === 'Escape' && recipient) address('');
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
on('to', 'click', () => address(''));
on('jump', 'click', toBottom);
on('log', 'scroll', () => { if (atBottom()) $('jump').hidden = true; });
on('sign-out', 'click', signOut);
on('menu', 'click', (event) => { event.stopPropagation(); drawer(!$('side').classList.contains('open')); });
on('theme', 'click', () => {
  const choice = $('theme').getAttribute('aria-pressed') === 'true' ? 'light' : 'dark';
  localStorage.setItem('theme', choice);
  theme(choice);
});
dark.addEventListener('change', () => theme(localStorage.getItem('theme')));
document.addEventListener('click', (event) => { if (!$('side').contains(event.target)) drawer(false); });
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !$('side').classList.contains('open')) return;
  drawer(false);
  $('menu').focus();
});
addEventListener('online', async () => {
  if (!client?.active || client.connected) return;
  await client.deactivate({ force: true }); // do not wait for the next attempt
  failures = 0;
  showStatus('connecting', 'Connecting…');
  client.activate();
});

theme(localStorage.getItem('theme'));
const kept = JSON.parse(sessionStorage.getItem('chat') ?? 'null');
if (kept) {
  signIn(kept.name, kept.room);
  if (client) showChat();
} else {
  $('name').focus();
}
