/**
 * What the panel's page and its host say to each other. The host is the extension (a webview's
 * postMessage) or the dashboard's WebSocket; the page is the same.
 *
 * The page says `ready` when it listens, also after it was loaded anew; the host then sends the
 * latest snapshot and the recent feed, and goes on from there.
 *
 * Invariant: snapshots are whole, so any of them may be left out (VS Code drops what is posted to a
 * hidden webview); a message is an object, or its JSON text.
 */

import type { Message, Request } from './messages.ts';
import { parseRequest, type RefusedRequest } from './parseRequest.ts';

export type ToPage =
  | Message
  /** There is no sandbox behind the page any more; `reason` says why and what to do. */
  | { readonly kind: 'gone'; readonly reason: string };

type PageRequest = { readonly kind: 'request' } & Request;

export type FromPage =
  | { readonly kind: 'ready' }
  | PageRequest
  /** A request that the table of operations refuses: it is answered with the error. */
  | ({ readonly kind: 'refused' } & RefusedRequest);

/** Undefined for anything a page does not say. */
export function parseFromPage(data: unknown): FromPage | undefined {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return undefined;
  if (data.kind === 'ready') return { kind: 'ready' };
  const request = data.kind === 'request' ? parseRequest(data) : undefined;
  if (request === undefined) return undefined;
  return 'error' in request ? { kind: 'refused', ...request } : { kind: 'request', ...request };
}
