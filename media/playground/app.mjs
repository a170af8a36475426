// A small shop that finds its master through Sentinel, writes orders and prints what happens.
//
//   node app.mjs                        the Sentinels in REDIS_SENTINELS, which terminals of the editor have;
//                                       without it those at 127.0.0.1:26400, 26401 and 26402
//   node app.mjs 127.0.0.1:26410 …      Sentinels at these addresses
//   node app.mjs --wait                 WAIT 1 after every order: an acknowledged order is also on a replica
//
// Nothing to install: a small Redis client is at the end of this file.
import net from 'node:net';

const ORDERS_PER_SECOND = 10;
const ANSWER_MS_MAX = 1_000;
const RETRY_MS = 200;
const MASTER_NAME = process.env.REDIS_MASTER_NAME || 'mymaster';
const SENTINELS = process.env.REDIS_SENTINELS || '127.0.0.1:26400,127.0.0.1:26401,127.0.0.1:26402';

const args = process.argv.slice(2);
const usesWait = args.includes('--wait');
const given = args.filter((arg) => !arg.startsWith('--'));
const sentinels = (given.length > 0 ? given : SENTINELS.split(',')).map(addressOf);

/** The orders to which Redis replied OK. */
const acknowledged = new Set();
let order = 0;
let unanswered = 0;

async function run() {
  for (;;) {
    const since = Date.now();
    const { redis, name } = await connectToMaster();
    say(
      `connected to the master at ${name}${order > 0 ? `, after ${Date.now() - since} ms without one` : ''}`,
    );
    try {
      await readBack(redis);
      await writeOrders(redis, name);
    } catch (error) {
      say(`lost the master at ${name}: ${error.message}`);
    }
    redis.close();
  }
}

async function writeOrders(redis, name) {
  const first = order + 1;
  for (;;) {
    order += 1;
    unanswered += 1;
    await redis.ask('SET', `order:${order}`, 'paid');
    if (usesWait && (await redis.ask('WAIT', '1', '500')) < 1)
      throw new Error('no replica has the order');
    unanswered -= 1;
    acknowledged.add(order);
    if ((order - first) % ORDERS_PER_SECOND === 0) say(`order ${order} is paid, says ${name}`);
    await sleep(1_000 / ORDERS_PER_SECOND);
  }
}

/** After a failover: which acknowledged orders are gone? */
async function readBack(redis) {
  if (acknowledged.size === 0) return;
  const gone = [];
  for (const number of acknowledged) {
    if ((await redis.ask('GET', `order:${number}`)) === null) gone.push(number);
  }
  for (const number of gone) acknowledged.delete(number);
  say(
    `read back ${acknowledged.size + gone.length} acknowledged orders: ${gone.length} are gone${gone.length > 0 ? ` (${gone.slice(-10).join(', ')})` : ''}; ${unanswered} were never answered`,
  );
}

/** Asks the Sentinels in turn until one names a server whose ROLE is master. */
async function connectToMaster() {
  const complaints = new Set();
  for (;;) {
    for (const sentinel of sentinels) {
      try {
        const address = await askSentinel(sentinel);
        const redis = await Redis.connect(address);
        const [role] = await redis.ask('ROLE');
        if (role === 'master') return { redis, name: `${address.host}:${address.port}` };
        redis.close();
        throw new Error(`${address.host}:${address.port} is still a ${role}`);
      } catch (error) {
        if (!complaints.has(error.message)) say(`no master yet: ${error.message}`);
        complaints.add(error.message);
      }
    }
    await sleep(RETRY_MS);
  }
}

async function askSentinel(sentinel) {
  const redis = await Redis.connect(sentinel);
  try {
    const found = await redis.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME);
    if (found === null) throw new Error(`the Sentinel at ${sentinel.port} knows no ${MASTER_NAME}`);
    return { host: found[0], port: Number(found[1]) };
  } finally {
    redis.close();
  }
}

function addressOf(text) {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at) || '127.0.0.1', port: Number(text.slice(at + 1)) };
}

function say(text) {
  console.log(`${new Date().toTimeString().slice(0, 8)}  ${text}`);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One connection with one request at a time. */
class Redis {
  static connect({ host, port }) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host, port, noDelay: true, timeout: ANSWER_MS_MAX });
      socket.once('connect', () => resolve(new Redis(socket)));
      socket.once('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer`)));
      socket.once('error', (error) =>
        reject(
          new Error(
            error.code === 'ECONNREFUSED' ? `${host}:${port} refuses connections` : error.message,
          ),
        ),
      );
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.text = '';
    this.waiting = undefined;
    socket.setTimeout(0);
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => this.hear(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.answer(new Error('the connection was closed')));
  }

  ask(...words) {
    const request = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.answer(new Error(`no answer within ${ANSWER_MS_MAX} ms`)),
        ANSWER_MS_MAX,
      );
      this.waiting = { resolve, reject, timer };
      if (this.socket.destroyed) this.answer(new Error('the connection was closed'));
      else this.socket.write(`*${words.length}\r\n${request}`);
    });
  }

  close() {
    this.socket.destroy();
  }

  hear(chunk) {
    this.text += chunk;
    const reply = parse(this.text, 0);
    if (reply === undefined) return;
    this.text = this.text.slice(reply.end);
    this.answer(reply.value);
  }

  answer(value) {
    if (this.waiting === undefined) return;
    const { resolve, reject, timer } = this.waiting;
    this.waiting = undefined;
    clearTimeout(timer);
    if (value instanceof Error) reject(value);
    else resolve(value);
  }
}

/** The reply at `at`, and where it ends; undefined while it is incomplete. All values are ASCII. */
function parse(text, at) {
  const lineEnd = text.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const line = text.slice(at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (text[at]) {
    case '-':
      return { value: new Error(line), end: next };
    case ':':
      return { value: Number(line), end: next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { value: null, end: next };
      const end = next + length + 2;
      return text.length < end ? undefined : { value: text.slice(next, end - 2), end };
    }
    case '*': {
      if (Number(line) < 0) return { value: null, end: next };
      const items = [];
      let end = next;
      for (let i = 0; i < Number(line); i += 1) {
        const item = parse(text, end);
        if (item === undefined) return undefined;
        items.push(item.value);
        end = item.end;
      }
      return { value: items, end };
    }
    default:
      return { value: line, end: next };
  }
}

await run();
