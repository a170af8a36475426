/**
 * The page's host: VS Code, or the dashboard over a browser's WebSocket.
 *
 * Invariant: a request is answered exactly once; the loss of the connection answers what is pending.
 */

import type { Operation, Outcome } from '../src/view/messages.ts';
import type { FromPage, ToPage } from '../src/view/panel.ts';

const RECONNECT_MS = 1_000;
const STATE_KEY = 'replication-sandbox';

interface VsCodeApi {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host {
  /** Begins to listen and tells the host that the page is ready. */
  open(listener: (message: ToPage) => void): void;
  send(message: FromPage): void;
  /** What the page stored before it was reloaded; undefined the first time. */
  recall(): unknown;
  remember(state: unknown): void;
}

/** The host that this page has. */
export function findHost(): Host {
  return typeof acquireVsCodeApi === 'function'
    ? new VsCodeHost(acquireVsCodeApi())
    : new BrowserHost();
}

class VsCodeHost implements Host {
  private readonly api: VsCodeApi;

  constructor(api: VsCodeApi) {
    this.api = api;
  }

  open(listener: (message: ToPage) => void): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      const { data } = event;
      listener((typeof data === 'string' ? JSON.parse(data) : data) as ToPage);
    });
    this.send({ kind: 'ready' });
  }

  send(message: FromPage): void {
    this.api.postMessage(message);
  }

  recall(): unknown {
    return this.api.getState();
  }

  remember(state: unknown): void {
    this.api.setState(state);
  }
}

class BrowserHost implements Host {
  private socket: WebSocket | undefined = undefined;

  open(listener: (message: ToPage) => void): void {
    const socket = new WebSocket(`ws://${location.host}/service${location.search}`);
    this.socket = socket;
    socket.addEventListener('open', () => this.send({ kind: 'ready' }));
    socket.addEventListener('message', (event: MessageEvent<string>) => {
      listener(JSON.parse(event.data) as ToPage);
    });
    socket.addEventListener('close', () => {
      listener({ kind: 'gone', reason: 'The sandbox does not answer; it may have been stopped.' });
      setTimeout(() => this.open(listener), RECONNECT_MS);
    });
  }

  send(message: FromPage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  recall(): unknown {
    const text = sessionStorage.getItem(STATE_KEY);
    return text === null ? undefined : JSON.parse(text);
  }

  remember(state: unknown): void {
    sessionStorage.setItem(STATE_KEY, JSON.stringify(state));
  }
}

/** Matches answers with the requests that wait for them. */
export class Requests {
  private readonly host: Host;
  private readonly waiting = new Map<number, (outcome: Outcome) => void>();
  private lastId = 0;

  constructor(host: Host) {
    this.host = host;
  }

  ask(operation: Operation): Promise<Outcome> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.host.send({ kind: 'request', id, operation });
    });
  }

  answered(id: number, outcome: Outcome): void {
    this.waiting.get(id)?.(outcome);
    this.waiting.delete(id);
  }

  /** Answers every pending request with an error: no other answer will come. */
  fail(reason: string): void {
    for (const resolve of this.waiting.values()) resolve({ ok: false, error: `ERR ${reason}` });
    this.waiting.clear();
  }
}
