/**
 * Finds the secrets in what travels on a connection, whatever the chunks. Requests are arrays of bulk
 * strings or inline commands; in replies, the value of a secret setting follows its name, as CONFIG GET
 * answers.
 *
 * Invariant: what is found lies in the stream at its place with its length, so that it can be written over.
 */

import { ByteStream, LINE_BYTES_MAX } from './byteStream.ts';
import { lineWords } from './lineWords.ts';
import { isSecretSetting, mayHaveSecrets, secretsOfCommand, secretsOfLine } from './secretWords.ts';

export interface Found {
  readonly start: number;
  /** As it stands there, perhaps in quotes. */
  readonly raw: string;
  /** What it means; undefined if it does not end in the bytes that are known. */
  readonly value: string | undefined;
}

const STAR = 42;
const DOLLAR = 36;
const MINUS = 45;
const UNKNOWN = /^-ERR unknown command '([^']*)', with args beginning with: /;
/** A longer word is no name. */
const NAME_BYTES_MAX = 64;
/** Of a command with more words, the first ones are looked at. */
const WORDS_MAX = 4_096;

/** What bytes with a secret contain, and how commands with one begin. */
const TRIGGER = /auth|pass|hello|user|config/i;
const COMMAND = /(?:\*\d{1,9}\r\n\$\d\r\n|^)(?:auth|hello|config|sentinel|acl|migrate)\b/gim;
/** The first bytes of a dump, whose bytes are data. */
const RDB_MAGIC = 'REDIS0';

interface Bulk {
  readonly start: number;
  /** Its end, which may lie behind that of the stream. */
  readonly end: number;
  /** Where reading goes on. */
  readonly next: number;
}

/** The secrets in a stream of commands, which begins with a command. */
export function secretsInRequests(stream: ByteStream): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < stream.length; ) {
    const next = stream.at(at) === STAR ? array(stream, at, found) : line(stream, at, found);
    at = next > at ? next : nextLine(stream, at);
  }
  return found;
}

/** Where reading goes on behind bytes that are no command. */
function nextLine(stream: ByteStream, at: number): number {
  const feed = stream.lineFeed(at);
  return feed < 0 ? stream.nextChunk(at) : feed + 1;
}

/** Reads an array; returns where it ends, or -1 if that is not known. */
function array(stream: ByteStream, start: number, found: Found[]): number {
  const header = numberAt(stream, start + 1);
  if (header === undefined) return -1;
  const words: Bulk[] = [];
  let at = header.next;
  let isSpecial = false;
  for (let index = 0; index < header.number && at < stream.length; index += 1) {
    const bulk = bulkAt(stream, at);
    if (bulk === undefined) {
      // The length of the next word has not come yet, or this is no command: then the rest is not executed.
      addSecrets(stream, words, isSpecial, found);
      if (isSpecial) addRest(stream, at, found);
      return -1;
    }
    if (index === 0) isSpecial = mayHaveSecrets(nameIn(stream, bulk));
    if (isSpecial && words.length < WORDS_MAX) words.push(bulk);
    at = bulk.next;
  }
  addSecrets(stream, words, isSpecial, found);
  return Math.min(at, stream.length);
}

function addSecrets(
  stream: ByteStream,
  bulks: readonly Bulk[],
  isSpecial: boolean,
  found: Found[],
): void {
  if (!isSpecial) return;
  for (const index of secretsOfCommand(bulks.map((bulk) => nameIn(stream, bulk)))) {
    addBulk(stream, bulks[index]!, found);
  }
}

/** What follows a broken command may be its secret. The line at which it breaks shows the error. */
function addRest(stream: ByteStream, broken: number, found: Found[]): void {
  const start = stream.lineFeed(broken) + 1;
  if (start === 0) return;
  const raw = stream.text(start, start + LINE_BYTES_MAX);
  if (raw !== '') found.push({ start, raw, value: undefined });
}

function addBulk(stream: ByteStream, { start, end }: Bulk, found: Found[]): void {
  const raw = stream.text(start, end);
  if (raw !== '') found.push({ start, raw, value: raw.length === end - start ? raw : undefined });
}

/** Reads an inline command; returns where it ends. */
function line(stream: ByteStream, start: number, found: Found[]): number {
  const feed = stream.lineFeed(start);
  const end = feed < 0 ? Math.min(stream.length, start + LINE_BYTES_MAX) : feed;
  addLine(stream.text(start, end), start, secretsOfCommand, feed >= 0, found);
  return feed < 0 ? -1 : feed + 1;
}

function addLine(
  text: string,
  start: number,
  secretsOf: (words: readonly string[]) => number[],
  isWhole: boolean,
  found: Found[],
): void {
  const words = lineWords(text);
  for (const index of secretsOf(words.map((word) => word.text))) {
    const word = words[index]!;
    const raw = text.slice(word.start, word.end);
    const value = isWhole || word.end < text.length ? word.text : undefined;
    if (value !== '') found.push({ start: start + word.start, raw, value });
  }
}

/** The secrets in the text of a configuration file, those in its comments included. */
export function secretsInFile(text: string): Found[] {
  const found: Found[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const commented = /^[\s#]*/.exec(text.slice(start, end))![0].length;
    addLine(text.slice(start + commented, end), start + commented, secretsOfLine, true, found);
    start = end + 1;
  }
  return found;
}

/** The secrets in bytes of which it is not known what they belong to. */
export function secretsInBytes(bytes: Buffer): Found[] {
  const text = bytes.latin1Slice();
  if (!TRIGGER.test(text)) return [];
  const stream = new ByteStream();
  stream.add(bytes);
  const found = [...secretsInReplies(stream)];
  for (const { index } of text.matchAll(COMMAND)) {
    if (stream.at(index) === STAR) array(stream, index, found);
    else line(stream, index, found);
  }
  return text.startsWith(RDB_MAGIC) ? found : [...found, ...secretsInFile(text)];
}

/** The secrets in a stream of replies, which may begin anywhere. */
export function secretsInReplies(stream: ByteStream): Found[] {
  const found: Found[] = [];
  let isSecret = false;
  for (let at = 0; at < stream.length; ) {
    const bulk = stream.at(at) === DOLLAR ? bulkAt(stream, at) : undefined;
    if (bulk === undefined) {
      isSecret = false;
      const next = nextLine(stream, at);
      if (stream.at(at) === MINUS) addError(stream.text(at, next), at, found);
      at = next;
      continue;
    }
    if (isSecret) addBulk(stream, bulk, found);
    isSecret = !isSecret && isSecretSetting(nameIn(stream, bulk));
    at = bulk.next;
  }
  return found;
}

/** An error of a server that does not know a command quotes its arguments. */
function addError(text: string, start: number, found: Found[]): void {
  const [before, name] = UNKNOWN.exec(text) ?? [];
  if (before === undefined || !mayHaveSecrets(name!)) return;
  const raw = text.slice(before.length).trimEnd();
  if (raw !== '') found.push({ start: start + before.length, raw, value: undefined });
}

function nameIn(stream: ByteStream, { start, end }: Bulk): string {
  return stream.text(start, Math.min(end, start + NAME_BYTES_MAX));
}

function bulkAt(stream: ByteStream, at: number): Bulk | undefined {
  if (stream.at(at) !== DOLLAR) return undefined;
  const header = numberAt(stream, at + 1);
  if (header === undefined) return undefined;
  const { number, next: start } = header;
  const end = start + number;
  // An RDB payload has no line end.
  return { start, end, next: stream.at(end) === 13 || end >= stream.length ? end + 2 : end };
}

/** The number in the rest of a line. */
function numberAt(
  stream: ByteStream,
  at: number,
): { readonly number: number; readonly next: number } | undefined {
  let number = 0;
  let end = at;
  for (; end < at + 12; end += 1) {
    const digit = stream.at(end) - 48;
    if (digit < 0 || digit > 9) break;
    number = 10 * number + digit;
  }
  if (end === at || stream.at(end) !== 13 || stream.at(end + 1) !== 10) return undefined;
  return { number, next: end + 2 };
}
