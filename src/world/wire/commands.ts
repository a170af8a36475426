/** What a command means. */

import { firstParts, rewriteCharacters } from '../../engine/resp/words.ts';
import { inlineWords, shownWords } from '../secrets/hideWords.ts';
import type { Frame } from './frames.ts';
import type { Command, CommandMessage, Hello } from './message.ts';

export const HELLO_CHANNEL = '__sentinel__:hello';
const HELLO_FIELDS = 8;
const INLINE_WORDS_MAX = 64;
/** More replies to one command than a chunk shows. */
const REPLIES_MAX = 1_024;
const RUNS_OF_BLANKS = /[\t ]/g;

/** The command of an array or an inline line; undefined if the frame is none. */
export function commandOf(frame: Frame, from: Command['from']): CommandMessage | undefined {
  if (frame.type === 'inline') return inlineCommand(frame.text, from);
  if (frame.type !== 'array' || frame.isPush || frame.count === 0) return undefined;
  const words: string[] = [];
  for (const item of frame.items) {
    if (item.type !== 'bulk') return undefined;
    words.push(item.text);
  }
  // A name that has not arrived in full is none yet.
  const [first] = frame.items;
  const isNamed = first?.type === 'bulk' && first.text.length === first.length;
  const [spelled = '', ...args] = isNamed ? shownWords(words) : words;
  const name = isNamed ? spelled.toUpperCase() : '';
  return meaningOf({ name, spelled, args, argCount: frame.count - 1, from }, frame.items);
}

function inlineCommand(text: string, from: Command['from']): CommandMessage {
  const line = rewriteCharacters(text, RUNS_OF_BLANKS, () => ' ');
  const words =
    inlineWords(text) ?? firstParts(line, ' ', INLINE_WORDS_MAX).filter((word) => word !== '');
  const [spelled = '', ...args] = shownWords(words);
  const name = spelled.toUpperCase();
  return meaningOf({ name, spelled, args, argCount: args.length, from }, undefined);
}

/** `items` are the words as they came; undefined for an inline command. */
function meaningOf(command: Command, items: readonly Frame[] | undefined): CommandMessage {
  switch (command.name) {
    case 'PING':
      return { kind: 'ping', command };
    case 'INFO':
      return { kind: 'info', command };
    case 'SELECT':
      return { kind: 'select', command };
    case 'PSYNC':
    case 'SYNC':
      return psync(command);
    case 'REPLCONF':
      return replconf(command);
    case 'PUBLISH':
      return publish(command, items);
    case 'SENTINEL':
      return sentinel(command);
    default:
      return { kind: 'command', command };
  }
}

function psync(command: Command): CommandMessage {
  const [replid = '?', offset = '-1'] = command.args;
  return { kind: 'psync', command, replid, offset: Number(offset) };
}

function replconf(command: Command): CommandMessage {
  const { args } = command;
  const [first = '', second = ''] = args;
  if (first.toUpperCase() === 'ACK') return { kind: 'ack', command, offset: Number(second) };
  if (first.toUpperCase() === 'GETACK') return { kind: 'getack', command };
  const options: [string, string][] = [];
  for (let at = 0; at + 1 < args.length; at += 2) options.push([args[at]!, args[at + 1]!]);
  return { kind: 'replconf', command, options };
}

function publish(command: Command, items: readonly Frame[] | undefined): CommandMessage {
  const [channel, payload] = command.args;
  if (channel !== HELLO_CHANNEL || command.argCount !== 2) return { kind: 'command', command };
  const hello = payload === undefined ? undefined : helloOf(payload);
  const message = items?.[2];
  const isKnown = items === undefined || (message !== undefined && isWholeBulk(message));
  return isKnown && hello === undefined
    ? { kind: 'command', command }
    : { kind: 'publishHello', command, hello: isKnown ? hello : undefined };
}

/** Whether all bytes of a bulk string are known. */
export function isWholeBulk(frame: Frame): boolean {
  return frame.type === 'bulk' && frame.text.length === frame.length;
}

/** `ip,port,runid,current_epoch,name,ip,port,config_epoch`; undefined for another text. */
export function helloOf(text: string): Hello | undefined {
  const fields = firstParts(text, ',', HELLO_FIELDS + 1);
  if (fields.length !== HELLO_FIELDS) return undefined;
  const [ip, port, runid, epoch, master, masterIp, masterPort, configEpoch] = fields as [
    string,
    ...string[],
  ];
  return {
    ip,
    port: Number(port),
    runid: runid!,
    currentEpoch: Number(epoch),
    master: master!,
    masterIp: masterIp!,
    masterPort: Number(masterPort),
    masterConfigEpoch: Number(configEpoch),
  };
}

function sentinel(command: Command): CommandMessage {
  const [subcommand = '', ip, port, epoch, runid] = command.args;
  const isAsking = subcommand.toUpperCase() === 'IS-MASTER-DOWN-BY-ADDR';
  if (!isAsking || ip === undefined || runid === undefined) return { kind: 'command', command };
  const candidate = runid === '*' ? undefined : runid;
  return { kind: 'askVote', command, ip, port: Number(port), epoch: Number(epoch), candidate };
}

/** How many replies a command gets at once; REPLIES_MAX stands for more. */
export function repliesTo({ kind, command }: CommandMessage): number {
  if (kind === 'ack' || command.from === 'master') return 0;
  switch (command.name) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
    case 'PSUBSCRIBE':
    case 'PUNSUBSCRIBE':
    case 'SSUBSCRIBE':
    case 'SUNSUBSCRIBE':
      return Math.min(Math.max(1, command.argCount), REPLIES_MAX);
    default:
      return 1;
  }
}
