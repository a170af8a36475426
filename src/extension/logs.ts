/**
 * Output channels: one per node with its log as Redis writes it, and one for messages of the sandboxes
 * and the extension.
 *
 * Invariant: a channel is created with the first line of its node. It is cleared when a new sandbox
 * replaces the old one, so the logs of a dead sandbox stay readable.
 */

import * as vscode from 'vscode';
import { formatLogLine, logTime } from '../gateway/logLine.ts';
import type { FeedEntry } from '../view/messages.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { Session } from './session.ts';

const NAME = 'Replication Sandbox';

export class Logs implements vscode.Disposable {
  /** The channel of the extension itself. */
  readonly main = vscode.window.createOutputChannel(NAME);
  private readonly channels = new Map<string, vscode.OutputChannel>();

  register(sandboxes: Sandboxes): vscode.Disposable[] {
    return [
      this,
      sandboxes.onStart((session) => {
        for (const [key, channel] of this.channels) {
          if (key.startsWith(`${session.id}/`)) channel.clear();
        }
        this.append(session, session.recent);
      }),
      sandboxes.onFeed(({ session, entries }) => this.append(session, entries)),
    ];
  }

  show(session: Session, node: string): void {
    this.channel(session, node).show(true);
  }

  dispose(): void {
    this.main.dispose();
    for (const channel of this.channels.values()) channel.dispose();
    this.channels.clear();
  }

  private append(session: Session, entries: readonly FeedEntry[]): void {
    for (const entry of entries) {
      if (entry.source === 'log') this.channel(session, entry.node).append(logLine(entry));
      else if (entry.source === 'sandbox') {
        this.main.appendLine(`${logTime(entry.at)} ${session.title}: ${entry.text}`);
      }
    }
  }

  private channel(session: Session, node: string): vscode.OutputChannel {
    const key = `${session.id}/${node}`;
    let channel = this.channels.get(key);
    if (channel === undefined) {
      const name = session.id === 1 ? node : `${session.id}/${node}`;
      // The node's name comes first, because the list of channels truncates long names.
      channel = vscode.window.createOutputChannel(`${name} (${NAME})`, 'log');
      this.channels.set(key, channel);
    }
    return channel;
  }
}

/** `1234:M 22 Nov 2026 07:33:20.953 * Ready to accept connections`. */
function logLine({ writer, at, level, text }: FeedEntry): string {
  const [pid = '0', role = 'M'] = (writer ?? '').split(':');
  return formatLogLine(Number(pid), role, at, level, text);
}
