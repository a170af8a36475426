/**
 * The messages between the panel's page and its host. The host is the extension (a webview's
 * postMessage) or the dashboard's WebSocket; the page is the same.
 *
 * The page sends `ready` when it listens, also after a reload. The host then sends the latest snapshot
 * and the recent feed, followed by everything new.
 *
 * Invariant: snapshots are whole, so any of them may be skipped (VS Code drops messages to a hidden
 * webview). A message is an object, or its JSON text.
 */

import type { Message, Request } from './messages.ts';
import { parseRequest, type RefusedRequest } from './parseRequest.ts';

export type ToPage =
  | Message
  /** The user selected a node in a tree of the editor. */
  | { readonly kind: 'select'; readonly node: string }
  /** The sandbox behind the page has ended; `reason` says why and what to do. */
  | {
      readonly kind: 'gone';
      readonly reason: string;
      /** The host can start another one. */
      readonly canStart?: boolean;
    };

/** Names of nodes are a few characters long. */
const NAME_CHARS_MAX = 64;

type PageRequest = { readonly kind: 'request' } & Request;

export type FromPage =
  | { readonly kind: 'ready' }
  /** Starts a sandbox in place of the one that has ended. */
  | { readonly kind: 'start' }
  /** The user selected a node on the page. */
  | { readonly kind: 'selected'; readonly node: string }
  | PageRequest
  /** A request that the table of verbs refuses; the host answers with the error. */
  | ({ readonly kind: 'refused' } & RefusedRequest);

/** Undefined for anything that is not a message of the page. */
export function parseFromPage(data: unknown): FromPage | undefined {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return undefined;
  if (data.kind === 'ready' || data.kind === 'start') return { kind: data.kind };
  if (data.kind === 'selected') return parseSelected(data);
  const request = data.kind === 'request' ? parseRequest(data) : undefined;
  if (request === undefined) return undefined;
  return 'error' in request ? { kind: 'refused', ...request } : { kind: 'request', ...request };
}

function parseSelected(data: object): FromPage | undefined {
  const node = 'node' in data ? data.node : undefined;
  return typeof node === 'string' && node.length <= NAME_CHARS_MAX
    ? { kind: 'selected', node }
    : undefined;
}
