/** What is to be done at which instant of a world. Ties are done in the order they were put in. */

interface Entry {
  readonly at: number;
  readonly act: () => void;
}

export class Agenda {
  private readonly entries: Entry[] = [];

  add(at: number, act: () => void): void {
    let index = this.entries.length;
    while (index > 0 && this.entries[index - 1]!.at > at) index -= 1;
    this.entries.splice(index, 0, { at, act });
  }

  get nextAt(): number {
    return this.entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Does what is due, what that adds included. */
  run(now: number): void {
    while (this.nextAt <= now) this.entries.shift()!.act();
  }

  clear(): void {
    this.entries.length = 0;
  }
}
