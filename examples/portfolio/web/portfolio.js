// The page: signing in, a table that follows the prices, trades.

const at = (id) => document.getElementById(id);
const cents = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const money = (amount) => cents.format(amount / 100);

const rows = new Map(); // ticker → position and its cells
let client;

at('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, password } = Object.fromEntries(new FormData(event.target));
  const answer = await fetch('/login', { method: 'POST', body: JSON.stringify({ name, password }) });
  if (!answer.ok) return complain(answer.status === 401 ? 'Wrong name or password.' : 'Signing in failed.');
  event.target.reset();
  connect();
});

at('sign-out').addEventListener('click', async () => {
  await client?.deactivate();
  await fetch('/logout', { method: 'POST' });
  show('sign-in');
  at('status').textContent = 'Signed out';
});

at('trade').addEventListener('submit', (event) => {
  event.preventDefault();
  complain('');
  const { ticker, shares } = Object.fromEntries(new FormData(event.target));
  const trade = { action: event.submitter.value, ticker, shares: Number(shares) };
  client.publish({ destination: '/app/trade', body: JSON.stringify(trade), headers: { 'content-type': 'application/json' } });
});

at('refresh').addEventListener('click', async () => {
  const users = await (await fetch('/users')).json();
  at('users').replaceChildren(...users.map(({ name, sessions }) => item(`${name} (${sessions})`)));
});

function connect() {
  complain('');
  client = new StompJs.Client({
    brokerURL: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/portfolio`,
    reconnectDelay: 2000,
    onConnect: ({ headers }) => {
      at('status').textContent = `Signed in as ${headers['user-name']}`;
      show('portfolio');
      client.subscribe('/user/queue/errors', ({ body }) => complain(body));
      client.subscribe('/user/queue/position-updates', ({ body }) => confirmed(JSON.parse(body)));
      client.subscribe('/app/positions', ({ body }) => fill(JSON.parse(body)));
      client.subscribe('/topic/price.stock.*', ({ body }) => quoted(JSON.parse(body)));
    },
    onStompError: ({ headers }) => {
      if (headers.code !== 'unauthenticated') return complain(headers.message);
      client.deactivate();
      show('sign-in');
    },
    onWebSocketClose: () => {
      if (client.active) at('status').textContent = 'Connection lost, trying again…';
    },
  });
  client.activate();
}

function fill(positions) {
  rows.clear();
  at('positions').replaceChildren(...positions.map(row));
  at('trade').elements.ticker.replaceChildren(...positions.map(({ ticker }) => new Option(ticker, ticker)));
  total();
}

function row(position) {
  const element = document.createElement('tr');
  const cells = ['company', 'ticker', 'price', 'shares', 'value'].map((name) => {
    const cell = document.createElement('td');
    cell.dataset.cell = name;
    return cell;
  });
  element.append(...cells);
  element.dataset.ticker = position.ticker;
  rows.set(position.ticker, { ...position, cells });
  write(position.ticker);
  return element;
}

function write(ticker) {
  const { company, price, shares, cells } = rows.get(ticker);
  [company, ticker, money(price), shares, money(price * shares)].forEach((text, i) => {
    cells[i].textContent = text;
  });
}

function quoted({ ticker, price }) {
  const position = rows.get(ticker);
  if (!position) return;
  position.cells[2].className = price < position.price ? 'down' : 'up';
  position.price = price;
  write(ticker);
  total();
}

function confirmed({ action, traded, position: { ticker, shares } }) {
  rows.get(ticker).shares = shares;
  write(ticker);
  total();
  at('confirmations').prepend(item(`${action === 'Buy' ? 'Bought' : 'Sold'} ${traded} ${ticker}`));
}

function total() {
  at('total').textContent = money([...rows.values()].reduce((sum, { price, shares }) => sum + price * shares, 0));
}

function item(text) {
  const element = document.createElement('li');
  element.textContent = text;
  return element;
}

function complain(text) {
  at('errors').textContent = text;
}

function show(part) {
  for (const id of ['sign-in', 'portfolio']) at(id).hidden = id !== part;
  at('sign-out').hidden = part !== 'portfolio';
}

connect(); // somebody who has the cookie is in; others are asked for their name
