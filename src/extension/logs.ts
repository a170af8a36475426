/**
 * Output channels: one a node with its log as Redis writes it, and one for what the sandboxes
 * themselves have to say.
 *
 * Invariant: a channel is made when its node says something for the first time, and is cleared
 * when a new sandbox takes the old one's place, so that a dead sandbox can still be read.
 */

import * as vscode from 'vscode';
import { formatLogLine, logTime } from '../gateway/logLine.ts';
import type { FeedEntry } from '../view/messages.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { Session } from './session.ts';

const NAME = 'Replication Sandbox';

export class Logs implements vscode.Disposable {
  /** Of the extension itself. */
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
      // The node first: the list of channels cuts long names off.
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
