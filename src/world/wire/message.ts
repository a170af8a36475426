/**
 * What travels on a connection, by its meaning. A reply means something only together with the command
 * that it answers (`to`), so a GET that is answered `PONG` is no answer to a PING.
 *
 * Invariant: texts are latin1, one character per byte, and short: what is too long is cut.
 */

import type { Frame } from './frames.ts';

export interface Command {
  /** In upper case; empty if it is not known yet. */
  readonly name: string;
  /** The name as it was sent, perhaps only its beginning. */
  readonly spelled: string;
  /** The first arguments after the name, each cut. */
  readonly args: readonly string[];
  /** The number of all arguments after the name. */
  readonly argCount: number;
  /** `master`: it is part of the replication stream. */
  readonly from: 'client' | 'master';
}

/** The message with which a Sentinel announces itself and its view of a master. */
export interface Hello {
  readonly ip: string;
  readonly port: number;
  readonly runid: string;
  readonly currentEpoch: number;
  readonly master: string;
  readonly masterIp: string;
  readonly masterPort: number;
  readonly masterConfigEpoch: number;
}

/** A command, or the beginning of one as far as it is known. */
export type CommandMessage =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'ping'; readonly command: Command }
  | { readonly kind: 'info'; readonly command: Command }
  | { readonly kind: 'select'; readonly command: Command }
  | { readonly kind: 'getack'; readonly command: Command }
  | { readonly kind: 'ack'; readonly command: Command; readonly offset: number }
  /** `options` are the pairs of a handshake's REPLCONF: `listening-port`, `capa` … */
  | {
      readonly kind: 'replconf';
      readonly command: Command;
      readonly options: readonly (readonly [string, string])[];
    }
  /** `replid` is `?` if a replica has none. */
  | {
      readonly kind: 'psync';
      readonly command: Command;
      readonly replid: string;
      readonly offset: number;
    }
  /** PUBLISH of a hello; `hello` is undefined if not all of it is known. */
  | { readonly kind: 'publishHello'; readonly command: Command; readonly hello: Hello | undefined }
  /** SENTINEL IS-MASTER-DOWN-BY-ADDR. `candidate` is undefined if no vote is asked for. */
  | {
      readonly kind: 'askVote';
      readonly command: Command;
      readonly ip: string;
      readonly port: number;
      readonly epoch: number;
      readonly candidate: string | undefined;
    };

/** A reply; `to` is undefined if the trace does not tell what it answers. */
export type ReplyMessage = { readonly to: CommandMessage | undefined } & (
  | { readonly kind: 'status'; readonly text: string }
  | { readonly kind: 'pong'; readonly frame: Frame }
  /** `code` is its first word: ERR, MOVED, LOADING. */
  | { readonly kind: 'error'; readonly code: string; readonly text: string }
  | { readonly kind: 'integer'; readonly text: string }
  /** A double, a boolean or a big number of RESP3. */
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'nil' }
  | { readonly kind: 'bulk'; readonly text: string; readonly length: number }
  | { readonly kind: 'infoReply'; readonly text: string; readonly length: number }
  | { readonly kind: 'array'; readonly count: number; readonly items: readonly Frame[] }
  | { readonly kind: 'fullresync'; readonly replid: string; readonly offset: number }
  /** `replid` is undefined if the master keeps the one that was asked for. */
  | { readonly kind: 'continue'; readonly replid: string | undefined }
  /** A Sentinel's opinion and vote; `leader` is undefined without a vote. */
  | {
      readonly kind: 'vote';
      readonly isDown: boolean;
      readonly leader: string | undefined;
      readonly epoch: number;
    }
);

/** What a subscriber receives. */
export type PushedMessage =
  /** `pattern` is undefined unless the client has subscribed to a pattern. */
  | {
      readonly kind: 'published';
      readonly channel: string;
      readonly pattern: string | undefined;
      readonly text: string;
    }
  | { readonly kind: 'publishedHello'; readonly hello: Hello | undefined }
  /** Another push of RESP3. */
  | { readonly kind: 'push'; readonly items: readonly Frame[]; readonly count: number };

export type Message =
  | CommandMessage
  | ReplyMessage
  | PushedMessage
  /**
   * The RDB payload of a full resynchronization, or a part of it. `length` is that of the payload,
   * undefined if it ends with a mark; `bytes` are in this chunk and `before` in earlier ones.
   */
  | {
      readonly kind: 'rdb';
      readonly length: number | undefined;
      readonly before: number;
      readonly bytes: number;
    }
  /** An empty line, by which a master or a replica shows that it is alive. */
  | { readonly kind: 'newline' }
  /** A line that is no RESP. */
  | { readonly kind: 'line'; readonly text: string }
  /** The first bytes of something: too few to know what it is. */
  | { readonly kind: 'beginning'; readonly text: string }
  /** `bytes` of an earlier chunk's message, of which nothing else is known. */
  | { readonly kind: 'part'; readonly bytes: number }
  /** `bytes` that were not kept, or are no RESP. `to` are the commands that they may answer. */
  | { readonly kind: 'unread'; readonly bytes: number; readonly to: readonly CommandMessage[] };

export interface Item {
  readonly message: Message;
  /** It began in an earlier chunk. */
  readonly isContinued: boolean;
  /** It ends in this chunk: now it is executed, or understood. */
  readonly isWhole: boolean;
}

/** A chunk, decoded. */
export interface Decoded {
  readonly length: number;
  /** How many bytes at its beginning belong to an item of an earlier chunk. */
  readonly continuedBytes: number;
  /** In order. */
  readonly items: readonly Item[];
}
