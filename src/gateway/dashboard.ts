/**
 * The panel's page in a plain browser, and the WebSocket service behind it, on 127.0.0.1.
 *
 * Invariant: page and service require the token. A request must name this host (another name that
 * resolves to it is a rebinding attack), and a WebSocket must come from this origin.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import * as http from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Service } from '../sandbox/service.ts';
import type { Operation, Outcome } from '../view/messages.ts';
import { parseFromPage } from '../view/panel.ts';
import { PanelChannel } from '../view/panelChannel.ts';
import { panelPage, panelPolicy } from '../view/panelPage.ts';
import { PortError } from './endpoints.ts';
import { isOwnAuthority } from './loopback.ts';
import { readPanelFile } from './panelFiles.ts';

const HOST = '127.0.0.1';
const MESSAGE_BYTES_MAX = 64 * 1024;
/** With more unsent bytes than this, a slow browser receives only answers. */
const WAITING_BYTES_MAX = 1024 * 1024;
/** With more unsent bytes than this, the page counts as dead: it sends requests and never reads. */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

type Perform = (operation: Operation, done: (outcome: Outcome) => void) => void;

export class Dashboard {
  private readonly service: Service;
  private readonly perform: Perform;
  private readonly token = randomBytes(24).toString('base64url');
  private readonly server: http.Server;
  private readonly webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  private readonly channels = new Map<WebSocket, PanelChannel>();
  private port = 0;

  constructor(service: Service, perform: Perform) {
    this.service = service;
    this.perform = perform;
    this.server = http.createServer((request, response) => this.answer(request, response));
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  get url(): string {
    return `http://${HOST}:${this.port}/?token=${this.token}`;
  }

  /** Listens on the port. Throws PortError. */
  open(port: number): Promise<void> {
    this.port = port;
    return new Promise((resolve, reject) => {
      // Later errors, such as too few descriptors for a connection, have no effect.
      this.server.on('error', (error) => reject(new PortError(port, 'dashboard', error)));
      this.server.listen({ port, host: HOST }, () => resolve());
    });
  }

  close(): void {
    for (const socket of this.webSockets.clients) socket.terminate();
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const path = (request.url ?? '').split('?', 1)[0]!;
    if (path === '/favicon.ico') {
      response.writeHead(204).end(); // Browsers request it unasked, and log a refusal as an error in their console.
    } else if (!isOwnAuthority(request.headers.host, this.port) || !this.hasToken(request)) {
      refuse(
        response,
        403,
        'The token is missing. Open the address that `up` printed: it has the token.\n',
      );
    } else if (request.method !== 'GET') {
      refuse(response, 405, 'This address answers GET requests only.\n');
    } else if (path === '/') {
      this.answerPage(request.headers.host!, response);
    } else {
      void answerFile(path.slice(1), response);
    }
  }

  private answerPage(host: string, response: http.ServerResponse): void {
    const nonce = randomBytes(18).toString('base64url');
    const policy = panelPolicy(nonce, `ws://${host}`);
    const query = `?token=${this.token}`;
    const page = panelPage({
      nonce,
      policy,
      script: `panel.js${query}`,
      styles: [`browserTheme.css${query}`, `panel.css${query}`],
    });
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
    });
    response.end(page);
  }

  private upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const { origin, host } = request.headers;
    const isOurs = origin === `http://${host}` && isOwnAuthority(host, this.port);
    const isService = (request.url ?? '').split('?', 1)[0] === '/service';
    if (!isOurs || !isService || !this.hasToken(request)) {
      socket.on('error', () => {}); // After an upgrade there is no other listener.
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    this.webSockets.handleUpgrade(request, socket, head, (webSocket) => this.serve(webSocket));
  }

  private serve(webSocket: WebSocket): void {
    const channel = new PanelChannel(performance.now(), (json) => {
      if (webSocket.bufferedAmount > UNREAD_BYTES_MAX) webSocket.terminate();
      else webSocket.send(json);
    });
    let unsubscribe = (): void => {};
    this.channels.set(webSocket, channel);
    webSocket.on('close', () => {
      unsubscribe();
      this.channels.delete(webSocket);
    });
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('message', (data: RawData) => {
      const message = parseFromPage(parseJson(String(data)));
      // The dashboard ends with its sandbox, so it cannot start another one.
      if (message === undefined || message.kind === 'start') {
        webSocket.close(1007, 'not a message of the panel');
      } else if (message.kind === 'ready') {
        unsubscribe();
        unsubscribe = this.service.subscribe((told) => channel.take(told));
      } else if (message.kind === 'refused') {
        const { id, error } = message;
        channel.take({ kind: 'answer', id, outcome: { ok: false, error } });
      } else if (message.kind === 'request') {
        const { id, operation } = message;
        this.perform(operation, (outcome) => channel.take({ kind: 'answer', id, outcome }));
      }
    });
  }

  /** Sends news to every page; called at most ten times a second. */
  pump(): void {
    for (const [webSocket, channel] of this.channels) {
      if (webSocket.bufferedAmount < WAITING_BYTES_MAX) channel.pump(performance.now());
    }
  }

  private hasToken(request: http.IncomingMessage): boolean {
    // Not parsed with URL, which throws for a path such as `//`.
    const query = (request.url ?? '').split('?')[1] ?? '';
    const given = new URLSearchParams(query).get('token') ?? '';
    const expected = Buffer.from(this.token);
    const actual = Buffer.from(given);
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  }
}

async function answerFile(name: string, response: http.ServerResponse): Promise<void> {
  const file = await readPanelFile(name);
  if (file === undefined) {
    refuse(response, 404, 'Not found. If a file of the page is missing, run: npm run build\n');
    return;
  }
  response.writeHead(200, { ...HEADERS, 'Content-Type': file.type });
  response.end(file.bytes);
}

function refuse(response: http.ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
