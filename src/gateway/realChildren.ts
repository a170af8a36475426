/**
 * The forked children of one process in `server` mode: real work in slices between the events of
 * the event loop.
 *
 * Invariant: a child runs no slice while SLICE_BYTES * 4 of its output are on their way to the disk, so a
 * slow disk costs no memory. It continues when the disk has answered.
 */

import type {
  Child,
  ChildEffects,
  ChildResult,
  FileOp,
  FileResult,
  LogLevel,
  Micros,
  Token,
} from '../engine/machine/machine.ts';
import type { RealDisk } from './realDisk.ts';

/** Small enough that commands are served between two slices, large enough to keep a disk busy. */
const SLICE_BYTES = 64 * 1024;

interface ChildrenHost {
  readonly disk: RealDisk;
  now(): Micros;
  token(): Token;
  log(level: LogLevel, role: string, line: string): void;
  childDone(child: Token, result: ChildResult): void;
}

class RealChild implements ChildEffects {
  readonly token: Token;
  readonly child: Child;
  private readonly host: ChildrenHost;
  private readonly ended: (child: RealChild, result: ChildResult) => void;
  private pendingBytes = 0;
  private queued = false;
  private alive = true;

  constructor(
    token: Token,
    child: Child,
    host: ChildrenHost,
    ended: (child: RealChild, result: ChildResult) => void,
  ) {
    this.token = token;
    this.child = child;
    this.host = host;
    this.ended = ended;
  }

  schedule(): void {
    if (this.queued || !this.alive || this.pendingBytes > SLICE_BYTES * 4) return;
    this.queued = true;
    setImmediate(() => {
      this.queued = false;
      if (!this.alive) return;
      if (this.child.slice(this.host.now(), SLICE_BYTES, this)) this.schedule();
    });
  }

  end(result: ChildResult): void {
    if (!this.alive) return;
    this.alive = false;
    this.ended(this, result);
  }

  file(op: FileOp): Token {
    const token = this.host.token();
    const bytes = 'bytes' in op ? op.bytes.length : 0;
    this.pendingBytes += bytes;
    this.host.disk.perform(op, (result: FileResult) => {
      this.pendingBytes -= bytes;
      if (!this.alive) return;
      this.child.fileDone(this.host.now(), token, result, this);
      this.schedule();
    });
    return token;
  }

  log(level: LogLevel, role: string, line: string): void {
    this.host.log(level, role, line);
  }

  exit(code: number): void {
    this.end({ code });
  }
}

export class RealChildren {
  private readonly host: ChildrenHost;
  private readonly children = new Map<Token, RealChild>();
  private lastPid = process.pid;

  constructor(host: ChildrenHost) {
    this.host = host;
  }

  /** Children are not real processes here: their IDs follow their parent's. */
  start(make: (pid: number) => Child): Token {
    this.lastPid += 1;
    const token = this.lastPid;
    const real = new RealChild(token, make(token), this.host, (ended, result) => {
      this.children.delete(ended.token);
      // Its parent is told in a separate event, whatever ended the child.
      setImmediate(() => this.host.childDone(ended.token, result));
    });
    this.children.set(token, real);
    real.schedule();
    return token;
  }

  kill(token: Token): void {
    this.children.get(token)?.end({ code: 0, signal: 'SIGUSR1' });
  }
}
