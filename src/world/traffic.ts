/** Turns the traffic of outside peers into packets on their links to the nodes. */

import { END, type End } from './connection.ts';
import { KIND } from './event.ts';
import { InputError, OUTSIDE, type Traffic } from './input.ts';
import { acceptFromOutside, consume, refuse, transmit } from './network.ts';
import type { Runtime } from './runtime.ts';
import type { WorldState } from './state.ts';

/** Whether the input is still valid: a connection may have ended when its last bytes arrive. */
export function isMeant(state: WorldState, input: Traffic): boolean {
  if (input.kind === 'accept') {
    if (!state.nodes.has(input.node)) throw new InputError(`no node named ${input.node}`);
    if (input.conn <= 0 || state.outsideEnds.has(input.conn)) {
      throw new InputError(`outside connection ${input.conn} is taken`);
    }
    return true;
  }
  return state.outsideEnds.has(input.conn);
}

export function takeTraffic(run: Runtime, input: Traffic): void {
  const state = run.state;
  const delay = 'delayMicros' in input ? (input.delayMicros ?? 0) : 0;
  run.cause = 0;
  if (input.kind === 'accept') {
    const node = state.nodes.get(input.node)!;
    const from = input.from ?? OUTSIDE;
    state.lastOutsideConn = Math.max(state.lastOutsideConn, input.conn);
    const end = acceptFromOutside(run, input.conn, node, input.port, input.peer, from, delay);
    end.isOperator = input.isOperator ?? false;
    return;
  }
  const end = state.outsideEnds.get(input.conn)!;
  switch (input.kind) {
    case 'data':
      if (end.state !== END.open || input.bytes.length === 0) return;
      end.bytesSent += input.bytes.length;
      end.unreported += input.bytes.length;
      transmit(run, end, KIND.data, input.bytes, delay).value = end.lastData;
      return;
    case 'drained':
      consume(run, end, input.bytes);
      break;
    case 'eof':
      // The end stays open for the node's remaining replies, until the node's own end arrives.
      transmit(run, end, KIND.closed, undefined, delay).label = 'eof';
      return;
    case 'reset':
      transmit(run, end, KIND.closed, undefined, delay).label = 'reset';
      forget(state, end);
      break;
    case 'connected':
      if (input.laddr !== undefined) end.peer.addr = input.laddr;
      end.state = END.open;
      transmit(run, end, KIND.connected, undefined, delay);
      return;
    case 'refused':
      refuse(run, end, input.error);
      forget(state, end);
  }
}

function forget(state: WorldState, end: End): void {
  end.state = END.closed;
  state.outsideEnds.delete(end.id);
}
