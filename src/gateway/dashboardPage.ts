/**
 * The dashboard: one page without anything from elsewhere, a live table over the WebSocket service.
 *
 * Invariant: every style and script carries the page's nonce, nothing has an inline handler or
 * style attribute, and text from the sandbox is only ever set as text.
 */

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --bad: #c62828; --good: #2e7d32; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #a5d6a7; } }
body { font: 14px/1.5 system-ui, sans-serif; margin: 1.5rem; max-width: 76rem; }
h1 { font-size: 1.25rem; } h2 { font-size: 1rem; margin-top: 1.75rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
th.number { text-align: right; }
.bad { color: var(--bad); } .good { color: var(--good); }
pre { overflow: auto; max-height: 18rem; font-size: 12px; border: 1px solid var(--line); padding: .5rem; }
`;

const BODY = `
<h1>Replication Sandbox for Redis</h1>
<p id="status" role="status">Connecting …</p>
<h2>Servers</h2>
<table><thead><tr><th>Node</th><th>Address</th><th>Process</th><th>Role</th><th>Link</th>
<th class="number">Offset</th><th class="number">Behind</th><th class="number">Lag, s</th><th>Backlog</th></tr></thead><tbody id="nodes"></tbody></table>
<h2>Sentinels</h2>
<table><thead><tr><th>Node</th><th>Address</th><th>Process</th><th>Master as it sees it</th><th>Flags</th>
<th class="number">Replicas</th><th class="number">Sentinels</th><th class="number">Epoch</th><th>Failover</th></tr></thead><tbody id="sentinels"></tbody></table>
<h2>Load</h2>
<p id="load">None. At the control endpoint: SANDBOX LOAD 100</p>
<h2>Failovers</h2>
<ul id="failovers"></ul>
<h2>Log</h2>
<pre id="log"></pre>
`;

const SCRIPT = `
'use strict';
const byId = (id) => document.getElementById(id);
const cell = (text, className) => {
  const td = document.createElement('td');
  td.textContent = text;
  if (className) td.className = className;
  return td;
};
const fill = (id, rows) => byId(id).replaceChildren(...rows.map((cells) => {
  const tr = document.createElement('tr');
  tr.replaceChildren(...cells);
  return tr;
}));
const number = (value) => cell(value === null ? '' : String(value), 'number');
const processCell = (state) => cell(state, state === 'running' ? 'good' : 'bad');
function showNodes(snapshot) {
  const seen = new Map(snapshot.nodes.flatMap((node) => node.process === 'running' ? node.replicas : []).map((replica) => [replica.node, replica]));
  fill('nodes', snapshot.nodes.map((node) => {
    const replica = seen.get(node.name);
    const link = node.master === null ? '' : node.master.status + ' to ' + (node.master.node ?? node.master.host + ':' + node.master.port);
    const backlog = node.backlog.active ? node.backlog.firstByteOffset + ' + ' + node.backlog.histlen : 'none';
    return [cell(node.name), cell(node.host + ':' + node.port), processCell(node.process), cell(node.role),
      cell(link, node.master !== null && node.master.status !== 'up' ? 'bad' : ''), number(node.offset),
      number(replica ? replica.behind : null), number(replica ? replica.lag : null), cell(backlog)];
  }));
}
function showSentinels(snapshot) {
  fill('sentinels', snapshot.sentinels.map((s) => {
    const master = s.master === null ? 'none' : s.master.node ?? s.master.host + ':' + s.master.port;
    const flags = s.master === null ? '' : s.master.flags;
    return [cell(s.name), cell(s.host + ':' + s.port), processCell(s.process), cell(master),
      cell(flags, flags === 'master' ? '' : 'bad'), number(s.replicas.length), number(s.sentinels.length),
      number(s.currentEpoch), cell(s.failoverState)];
  }));
}
function showRest(snapshot) {
  const { clock, load, failure } = snapshot;
  const time = new Date(clock.now / 1000).toISOString();
  byId('status').textContent = failure ?? clock.mode + ', ' + time + ', event ' + clock.events + ', seed ' + snapshot.seed;
  byId('status').className = failure ? 'bad' : '';
  if (load) {
    const errors = Object.entries(load.errors).map(([code, count]) => count + ' ' + code).join(', ');
    byId('load').textContent = load.phase + ' at ' + (load.master ?? 'no master') + ': ' + load.sent + ' sent, ' + load.acked + ' acknowledged, '
      + load.unknown + ' unknown, ' + load.lost + ' lost, ' + (errors || 'no errors') + ', ' + load.unwritableMs + ' ms without a writable master';
  }
  byId('failovers').replaceChildren(...snapshot.failovers.map((failover) => {
    const li = document.createElement('li');
    li.textContent = failover.sentence;
    return li;
  }));
}
const lines = [];
function showFeed(entries) {
  const log = byId('log');
  const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  for (const entry of entries) lines.push(new Date(entry.at / 1000).toISOString().slice(11, 23) + ' ' + (entry.node || 'sandbox') + ' ' + entry.text);
  lines.splice(0, Math.max(0, lines.length - 500));
  log.textContent = lines.join('\\n');
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}
function connect() {
  const socket = new WebSocket('ws://' + location.host + '/service' + location.search);
  socket.addEventListener('message', (event) => {
    const message = JSON.parse(event.data);
    if (message.kind === 'feed') showFeed(message.entries);
    if (message.kind !== 'snapshot') return;
    showNodes(message.snapshot);
    showSentinels(message.snapshot);
    showRest(message.snapshot);
  });
  socket.addEventListener('close', () => {
    byId('status').textContent = 'The sandbox is gone; trying again …';
    byId('status').className = 'bad';
    setTimeout(connect, 1000);
  });
}
connect();
`;

/** The page; `nonce` is new for every time it is served. */
export function dashboardPage(nonce: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Replication Sandbox for Redis</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${STYLE}</style></head><body>${BODY}
<script nonce="${nonce}">${SCRIPT}</script></body></html>
`;
}

export function contentSecurityPolicy(nonce: string, host: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    `connect-src ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
