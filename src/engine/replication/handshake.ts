/**
 * A replica's conversation with its master from the connection to PSYNC:
 *
 *     replica> PING                                   master> +PONG
 *     replica> AUTH [user] password                   master> +OK      (with masterauth)
 *     replica> REPLCONF listening-port 6380           master> +OK
 *     replica> REPLCONF ip-address 10.0.0.2           master> +OK      (with replica-announce-ip)
 *     replica> REPLCONF capa eof capa psync2          master> +OK
 *     replica> PSYNC <replid> <offset>                (the answer is psyncReply.ts)
 *
 * AUTH and the REPLCONFs go out together; their answers come one by one. Masters too old to know a
 * REPLCONF are forgiven.
 *
 * Invariant: the state names the answer that comes next.
 */

import { registerState } from '../machine/state.ts';
import type { OutgoingConnection } from '../process/connection.ts';
import type { ReplicationHost } from './host.ts';
import type { PsyncRequest } from './psyncDecision.ts';

type HandshakeState =
  | 'connecting'
  | 'receivePingReply'
  | 'receiveAuthReply'
  | 'receivePortReply'
  | 'receiveIpReply'
  | 'receiveCapaReply'
  | 'receivePsyncReply';

export class Handshake {
  readonly connection: OutgoingConnection;
  state: HandshakeState = 'connecting';
  private readonly host: ReplicationHost;

  constructor(host: ReplicationHost, connection: OutgoingConnection) {
    this.host = host;
    this.connection = connection;
  }

  /** The connection is established. */
  connected(): void {
    this.host.log('notice', 'Non blocking connect for SYNC fired the event.');
    this.send(['PING']);
    this.state = 'receivePingReply';
  }

  /**
   * Takes one line before the answer to PSYNC; `cached` is what to ask for. False when the handshake
   * has failed, the reason logged.
   */
  line(text: string, cached: PsyncRequest | undefined): boolean {
    switch (this.state) {
      case 'receivePingReply':
        return this.pingReplied(text);
      case 'receiveAuthReply':
        if (text.startsWith('-')) {
          this.host.log('warning', `Unable to AUTH to MASTER: ${text}`);
          return false;
        }
        this.state = 'receivePortReply';
        return true;
      case 'receivePortReply':
        this.forgive('listening-port', text);
        this.state =
          this.host.settings.replicaAnnounceIp === '' ? 'receiveCapaReply' : 'receiveIpReply';
        return true;
      case 'receiveIpReply':
        this.forgive('ip-address', text);
        this.state = 'receiveCapaReply';
        return true;
      default:
        this.forgive('capa', text);
        this.requestSync(cached);
        return true;
    }
  }

  /** Falls back to SYNC, the protocol before Redis 2.8. */
  requestOldSync(): void {
    this.host.log('notice', 'Retrying with SYNC...');
    this.sendText('SYNC\r\n');
  }

  private pingReplied(text: string): boolean {
    const { host } = this;
    const accepted = ['+', '-NOAUTH', '-NOPERM', '-ERR operation not permitted'];
    if (!accepted.some((start) => text.startsWith(start))) {
      host.log('warning', `Error reply to PING from master: '${text}'`);
      return false;
    }
    host.log('notice', 'Master replied to PING, replication can continue...');
    const { masterauth, masteruser, replicaAnnounceIp, replicaAnnouncePort, port } = host.settings;
    if (masterauth !== '') {
      this.send(masteruser === '' ? ['AUTH', masterauth] : ['AUTH', masteruser, masterauth]);
    }
    this.send(['REPLCONF', 'listening-port', String(replicaAnnouncePort || port)]);
    if (replicaAnnounceIp !== '') this.send(['REPLCONF', 'ip-address', replicaAnnounceIp]);
    this.send(['REPLCONF', 'capa', 'eof', 'capa', 'psync2']);
    this.state = masterauth === '' ? 'receivePortReply' : 'receiveAuthReply';
    return true;
  }

  private requestSync(cached: PsyncRequest | undefined): void {
    const { host } = this;
    if (cached === undefined) {
      host.log('notice', 'Partial resynchronization not possible (no cached master)');
      this.send(['PSYNC', '?', '-1']);
    } else {
      const { replid, offset } = cached;
      host.log('notice', `Trying a partial resynchronization (request ${replid}:${offset}).`);
      this.send(['PSYNC', replid, String(offset)]);
    }
    this.state = 'receivePsyncReply';
  }

  private forgive(option: string, text: string): void {
    if (!text.startsWith('-')) return;
    this.host.log(
      'notice',
      `(Non critical) Master does not understand REPLCONF ${option}: ${text}`,
    );
  }

  private send(words: readonly string[]): void {
    this.sendText(requestText(words));
  }

  private sendText(text: string): void {
    this.connection.feed(Buffer.from(text));
    this.host.touch(this.connection);
  }
}
registerState('Handshake', Handshake);

/** A request as RESP; the words' lengths count in UTF-8. */
export function requestText(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}
