/** What bytes on a connection mean: kinds and fields, replies with their commands, words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { bulk, Conversation, command } from './conversation.ts';

const HELLO =
  '127.0.0.1,26400,c8c0e4e1ac1c5d9e6a0a6b1f2c3d4e5f60718293,3,mymaster,127.0.0.1,6400,2';
const ID = 'a'.repeat(40);

function first(text: string) {
  const conversation = new Conversation();
  return conversation.messages(conversation.ask(text))[0]!;
}

/** The messages of a reply to a command. */
function answerTo(request: string, reply: string) {
  const conversation = new Conversation();
  conversation.ask(request);
  return conversation.messages(conversation.answer(reply));
}

test('commands by their meaning', () => {
  const set = first(command('set', 'k', 'v'));
  assert.ok(set.kind === 'command');
  assert.deepEqual(set.command, {
    name: 'SET',
    spelled: 'set',
    args: ['k', 'v'],
    argCount: 2,
    from: 'client',
  });
  const psync = first(command('PSYNC', ID, '17'));
  assert.ok(psync.kind === 'psync');
  assert.deepEqual([psync.replid, psync.offset], [ID, 17]);
  const ack = first(command('REPLCONF', 'ACK', '143'));
  assert.equal(ack.kind === 'ack' && ack.offset, 143);
  assert.equal(first(command('REPLCONF', 'getack', '*')).kind, 'getack');
  const capa = first(command('REPLCONF', 'capa', 'eof', 'capa', 'psync2'));
  assert.ok(capa.kind === 'replconf');
  assert.deepEqual(capa.options, [
    ['capa', 'eof'],
    ['capa', 'psync2'],
  ]);
  assert.equal(first('ping\r\n').kind, 'ping');
  assert.equal(first('  GET \t k\r\n').kind, 'command');
  assert.equal(first('\n').kind, 'newline');
});

test('a hello has eight fields, whether it is published or received', () => {
  const hello = {
    ip: '127.0.0.1',
    port: 26400,
    runid: 'c8c0e4e1ac1c5d9e6a0a6b1f2c3d4e5f60718293',
    currentEpoch: 3,
    master: 'mymaster',
    masterIp: '127.0.0.1',
    masterPort: 6400,
    masterConfigEpoch: 2,
  };
  const published = first(command('PUBLISH', '__sentinel__:hello', HELLO));
  assert.deepEqual(published.kind === 'publishHello' && published.hello, hello);
  const conversation = new Conversation();
  conversation.ask(command('SUBSCRIBE', '__sentinel__:hello'));
  conversation.answer(`*3\r\n${bulk('subscribe')}${bulk('__sentinel__:hello')}:1\r\n`);
  const other = conversation.pass();
  const received = conversation.answer(command('message', '__sentinel__:hello', HELLO), other);
  assert.deepEqual(conversation.messages(received), [{ kind: 'publishedHello', hello }]);
  assert.equal(first(command('PUBLISH', '__sentinel__:hello', 'good morning')).kind, 'command');
});

test('a request for a vote, and the vote', () => {
  const request = command('SENTINEL', 'is-master-down-by-addr', '127.0.0.1', '6400', '7', ID);
  const asked = first(request);
  assert.ok(asked.kind === 'askVote');
  const { ip, port, epoch, candidate } = asked;
  assert.deepEqual([ip, port, epoch, candidate], ['127.0.0.1', 6400, 7, ID]);
  const [vote] = answerTo(request, `*3\r\n:1\r\n${bulk(ID)}:7\r\n`);
  assert.ok(vote?.kind === 'vote');
  assert.deepEqual([vote.isDown, vote.leader, vote.epoch], [true, ID, 7]);
  const [none] = answerTo(request, `*3\r\n:0\r\n${bulk('*')}:0\r\n`);
  assert.ok(none?.kind === 'vote');
  assert.deepEqual([none.isDown, none.leader], [false, undefined]);
  assert.equal(
    answerTo(command('LRANGE', 'k', '0', '2'), '*3\r\n:1\r\n$1\r\n*\r\n:7\r\n')[0]!.kind,
    'array',
  );
});

test('a reply means what its command makes of it', () => {
  const kindOf = (request: string, reply: string) => answerTo(request, reply)[0]!.kind;
  assert.equal(kindOf(command('PING'), '+PONG\r\n'), 'pong');
  assert.equal(kindOf(command('PING', 'x'), bulk('x')), 'pong');
  assert.equal(kindOf(command('PING'), '-LOADING Redis is loading\r\n'), 'error');
  assert.equal(kindOf(command('PING'), '+QUEUED\r\n'), 'status');
  assert.equal(kindOf(command('GET', 'k'), bulk('PONG')), 'bulk');
  assert.equal(kindOf(command('GET', 'k'), bulk('ping')), 'bulk');
  assert.equal(kindOf(command('INFO'), bulk('# Server\r\nredis_version:7.0.15')), 'infoReply');
  assert.equal(kindOf(command('GET', 'k'), bulk('# Server\r\nredis_version:7.0.15')), 'bulk');
  assert.equal(kindOf(command('GET', 'k'), bulk('REDIS0010')), 'bulk');
  assert.equal(kindOf(command('LRANGE', 'k', '0', '-1'), command('message', 'a', 'b')), 'array');
  assert.equal(kindOf(command('GET', 'k'), '_\r\n'), 'nil');
  assert.equal(kindOf(command('GET', 'k'), '+FULLRESYNC a 1\r\n'), 'status');
  const [error] = answerTo(command('GET', 'k'), '-WRONGTYPE Operation\r\n');
  assert.equal(error?.kind === 'error' && error.code, 'WRONGTYPE');
});

test('replies of a pipeline answer its commands in their order', () => {
  const request =
    command('PING') + command('INFO') + command('PUBLISH', '__sentinel__:hello', HELLO);
  const conversation = new Conversation();
  conversation.ask(request);
  const seq = conversation.answer(`+PONG\r\n${bulk('# Server')}:2\r\n`);
  const answered = conversation
    .messages(seq)
    .map(
      (message) =>
        `${message.kind} ${'to' in message && message.to !== undefined && 'kind' in message.to ? message.to.kind : ''}`,
    );
  assert.deepEqual(answered, ['pong ping', 'infoReply info', 'integer publishHello']);
  const long = conversation.answer(
    `+PONG\r\n${bulk(`# Server${' '.repeat(900)}`)}:2\r\n`,
    conversation.ask(request),
  );
  const unread = conversation.messages(long).at(-1)!;
  assert.ok(unread.kind === 'unread');
  assert.deepEqual([unread.bytes, unread.to.map(({ kind }) => kind)], [4, ['publishHello']]);
});

test('what waited is answered in its order, whatever event sends the replies', () => {
  const conversation = new Conversation();
  conversation.ask(command('GET', 'a'));
  conversation.answer(bulk('1'));
  conversation.ask(command('BLPOP', 'list', '0'));
  conversation.ask(command('PING'));
  const push = conversation.pass();
  const seq = conversation.answer(`*2\r\n${bulk('list')}${bulk('x')}+PONG\r\n`, push);
  const [popped, pong] = conversation.messages(seq);
  assert.ok(popped?.kind === 'array' && popped.to?.command.name === 'BLPOP');
  assert.equal(pong?.kind, 'pong');
  conversation.ask(command('GET', 'a'));
  const [value] = conversation.messages(conversation.answer(bulk('ping')));
  assert.ok(value?.kind === 'bulk' && value.to?.command.name === 'GET');
});

test('a long command and its long reply, in chunks that wait for the reader', () => {
  const conversation = new Conversation();
  conversation.ask(command('PING'));
  conversation.answer('+PONG\r\n');
  const text = 'x'.repeat(500_000);
  const request = command('ECHO', text) + command('PING');
  for (let at = 0; at < request.length; at += 1_000) {
    conversation.ask(request.slice(at, at + 1_000));
  }
  const reply = `${bulk(text)}+PONG\r\n`;
  let seq = conversation.answer(reply.slice(0, 1_000));
  for (let at = 1_000; at < reply.length; at += 1_000) {
    seq = conversation.answer(reply.slice(at, at + 1_000), conversation.pass());
  }
  const [echoed, pong] = conversation.messages(seq);
  assert.ok(echoed?.kind === 'bulk' && echoed.to?.command.name === 'ECHO');
  assert.equal(pong?.kind, 'pong');
});

test('one SUBSCRIBE is answered as often as it has channels', () => {
  const conversation = new Conversation();
  conversation.ask(command('SUBSCRIBE', 'a', 'b') + command('PING'));
  const confirmation = (channel: string, count: number) =>
    `*3\r\n${bulk('subscribe')}${bulk(channel)}:${count}\r\n`;
  const seq = conversation.answer(
    `${confirmation('a', 1)}${confirmation('b', 2)}*2\r\n${bulk('pong')}${bulk('')}`,
  );
  assert.deepEqual(conversation.kinds(seq), ['array', 'array', 'pong']);
  const other = conversation.pass();
  const [message] = conversation.messages(
    conversation.answer(command('pmessage', 'a*', 'ab', 'x'), other),
  );
  assert.deepEqual(message, { kind: 'published', channel: 'ab', pattern: 'a*', text: 'x' });
});

/** A replica that has asked for a full resynchronization; gives the event of the answer. */
function resynchronizing(): { conversation: Conversation; answer: number } {
  const conversation = new Conversation();
  conversation.ask(command('REPLCONF', 'capa', 'eof'));
  conversation.answer('+OK\r\n');
  conversation.ask(command('PSYNC', '?', '-1'));
  return { conversation, answer: conversation.answer(`+FULLRESYNC ${ID} 5\r\n`) };
}

test('a full resynchronization: the answer, the payload in parts, the stream', () => {
  const { conversation, answer } = resynchronizing();
  const [full] = conversation.messages(answer);
  assert.ok(full?.kind === 'fullresync');
  assert.deepEqual([full.replid, full.offset], [ID, 5]);
  const child = conversation.pass();
  assert.deepEqual(conversation.kinds(conversation.answer('\n', child)), ['newline']);
  const dump = `REDIS0010${'*1\r\n$4\r\nPING\r\n'.repeat(40)}`;
  const header = conversation.answer(`$${dump.length}\r\n`, child);
  assert.deepEqual(conversation.messages(header), [
    { kind: 'rdb', length: 569, before: 0, bytes: 0 },
  ]);
  const parts = [dump.slice(0, 300), dump.slice(300, 331), dump.slice(331)];
  const events = parts.map((part) => conversation.answer(part, child));
  assert.deepEqual(
    events.map((seq) => conversation.words(seq)),
    [
      'RDB of 569 bytes: 300 have arrived',
      'RDB of 569 bytes: 331 have arrived',
      'RDB of 569 bytes: complete',
    ],
  );
  assert.deepEqual(conversation.decoded(events[1]!), {
    length: 31,
    continuedBytes: 31,
    items: [
      {
        message: { kind: 'rdb', length: 569, before: 300, bytes: 31 },
        isContinued: true,
        isWhole: false,
      },
    ],
  });
  const acknowledged = conversation.ask(command('REPLCONF', 'ACK', '5'));
  const set = conversation.messages(conversation.answer(command('SET', 'k', 'v'), acknowledged));
  assert.ok(set[0]?.kind === 'command' && set[0].command.from === 'master');
});

test('a payload of a thousand chunks is followed to its end', () => {
  const { conversation } = resynchronizing();
  const child = conversation.pass();
  const part = Buffer.from(Array.from({ length: 1_009 }, (_, index) => (index * 167) % 256));
  conversation.answer(`$${1_000 * part.length}\r\n`, child);
  let seq = 0;
  for (let count = 0; count < 1_000; count += 1) {
    // Each begins with another byte.
    const at = count % part.length;
    seq = conversation.answer(Buffer.concat([part.subarray(at), part.subarray(0, at)]), child);
  }
  assert.equal(conversation.words(seq), 'RDB of 1009000 bytes: complete');
});

test('a payload of unknown length ends with its mark, or with the acknowledgement', () => {
  for (const isLong of [false, true]) {
    const { conversation } = resynchronizing();
    const child = conversation.pass();
    const mark = 'f'.repeat(40);
    const header = conversation.answer(`$EOF:${mark}\r\n`, child);
    assert.deepEqual(conversation.kinds(header), ['rdb…']);
    const body = `REDIS0010${'x'.repeat(isLong ? 900 : 90)}`;
    const payload = conversation.answer(body + mark, child);
    assert.deepEqual(conversation.kinds(payload), [isLong ? '…rdb…' : '…rdb']);
    const acknowledged = conversation.ask(command('REPLCONF', 'ACK', '5'));
    const set = conversation.answer(command('SET', 'k', 'v'), acknowledged);
    assert.deepEqual(conversation.kinds(set), ['command']);
  }
});

test('a partial resynchronization goes on with the stream', () => {
  const conversation = new Conversation();
  conversation.ask(command('PSYNC', ID, '5'));
  const seq = conversation.answer(
    `+CONTINUE ${ID}\r\n${command('SELECT', '0')}${command('SET', 'k', 'v')}`,
  );
  assert.deepEqual(conversation.kinds(seq), ['continue', 'select', 'command']);
  const later = conversation.answer('+CONTINUE\r\n');
  assert.deepEqual(conversation.words(later), 'CONTINUE');
});

test('bytes that are not kept are passed over by their length', () => {
  const conversation = new Conversation();
  const big = command('SET', 'k', 'x'.repeat(1_000)) + command('PING');
  const seq = conversation.ask(big);
  assert.deepEqual(conversation.kinds(seq), ['command', 'unread']);
  // Where commands begin in what follows is not known until one looks like a command.
  const next = conversation.ask(command('GET', 'k'));
  assert.deepEqual(conversation.kinds(next), ['command']);
  const whole = conversation.ask(command('SET', 'k', 'x'.repeat(1_000)));
  assert.deepEqual(conversation.kinds(whole), ['command']);
  const begun = conversation.ask(command('RPUSH', 'k', 'x'.repeat(1_000), 'y').slice(0, 600));
  assert.deepEqual(conversation.kinds(begun), ['command…']);
  const rest = conversation.ask(command('RPUSH', 'k', 'x'.repeat(1_000), 'y').slice(600));
  assert.deepEqual(conversation.kinds(rest), ['…command']);
});

test('what the trace has forgotten is not guessed', () => {
  const conversation = new Conversation();
  conversation.ask(command('SET', 'k', 'abc').slice(0, -3));
  conversation.forget();
  const rest = conversation.ask(`c\r\n${command('GET', 'k')}`);
  assert.deepEqual(conversation.kinds(rest), ['…part…', 'command']);
  assert.equal(conversation.decoded(rest).continuedBytes, 3);
  assert.equal(conversation.words(rest), 'rest of an earlier message; GET k');
  const late = conversation.answer(bulk('PONG'), 1);
  const [reply] = conversation.messages(late);
  assert.ok(reply?.kind === 'bulk');
});

test('no bytes break the decoder', () => {
  const random = new Random(seedFromNumber(11));
  const texts = [
    '*',
    '$',
    '+',
    '-',
    ':',
    '%',
    '>',
    '~',
    '=',
    '1',
    '-1',
    '999999999',
    '99999999999999',
  ];
  texts.push(
    '\r\n',
    '\n',
    '\0',
    'SUBSCRIBE',
    'PSYNC',
    'PING',
    'EOF:',
    '__sentinel__:hello',
    'message',
  );
  texts.push(
    command('SUBSCRIBE', 'a'),
    command('REPLCONF', 'ACK', '1'),
    bulk('REDIS0010'),
    '*2\r\n',
  );
  for (let round = 0; round < 300; round += 1) {
    const conversation = new Conversation();
    for (let count = 0; count < 12; count += 1) {
      let text = '';
      for (let left = 1 + random.below(30); left > 0; left -= 1)
        text += texts[random.below(texts.length)];
      const isReply = random.below(2) === 0;
      const cause = random.below(3) === 0 ? conversation.pass() : undefined;
      const seq = isReply ? conversation.answer(text, cause) : conversation.ask(text);
      if (random.below(20) === 0) conversation.forget();
      else assert.equal(typeof conversation.words(seq), 'string');
    }
  }
});

test('bytes in words', () => {
  const words = (bytes: string, total = bytes.length) => {
    const conversation = new Conversation();
    return conversation.words(
      conversation.answer(Buffer.concat([Buffer.from(bytes, 'latin1')], total)),
    );
  };
  assert.equal(words('*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$3\r\n1 2\r\n'), 'SET x "1 2"');
  assert.equal(words('+OK\r\n'), 'OK');
  assert.equal(words('-ERR unknown command\r\n'), '-ERR unknown command');
  assert.equal(words(':5\r\n:6\r\n'), '5; 6');
  assert.equal(words(':5\r\n:6\r\n:7\r\n:8\r\n'), '5; 6; 7 (+1 more)');
  assert.equal(words(`$EOF:${'a'.repeat(40)}\r\n`), 'RDB of unknown length');
  assert.equal(words('$-1\r\n'), '(nil)');
  assert.equal(words('*0\r\n'), '(empty)');
  assert.equal(words('PING\r\n'), 'PING');
  assert.equal(words('\n'), '');
  assert.equal(words('\x00\x01'), '2 bytes');
  assert.equal(words('$900\r\nREDIS0', 906), 'RDB of 900 bytes');
  assert.equal(words('*1\r\n$4\r\nPU'), 'PU …');
});
