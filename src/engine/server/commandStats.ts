/**
 * How often each command ran, failed or was refused, and how often each error was the reply: INFO's
 * sections commandstats and errorstats. Source: Redis 7.0.
 */

import { registerState } from '../machine/state.ts';
import type { CommandEntry, CommandTable } from '../process/commandTable.ts';
import type { Part } from './part.ts';

/** DEBUG ERROR can make up any code: those after the first 128 count as ERR. */
const CODES_MAX = 128;
/** An error without a code of its own counts as ERR. */
const CODE = /^(\S{1,31}) /;

type Field = readonly [string, string | number];

export class CommandStats implements Part {
  /** By the entries' indexes. */
  private calls: number[];
  private rejected: number[];
  private failed: number[];
  /** By the error's code. */
  private errors = new Map<string, number>();

  constructor(commands: number) {
    this.calls = new Array<number>(commands).fill(0);
    this.rejected = new Array<number>(commands).fill(0);
    this.failed = new Array<number>(commands).fill(0);
  }

  called(entry: CommandEntry): void {
    this.calls[entry.index]! += 1;
  }

  /** Refused before it ran. */
  refused(entry: CommandEntry): void {
    this.rejected[entry.index]! += 1;
  }

  /** Ran, and replied an error. */
  erred(entry: CommandEntry): void {
    this.failed[entry.index]! += 1;
  }

  error(text: string): void {
    const found = CODE.exec(text)?.[1] ?? 'ERR';
    const isNew = this.errors.size >= CODES_MAX && !this.errors.has(found);
    const code = isNew ? 'ERR' : found;
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  resetStatistics(): void {
    this.calls.fill(0);
    this.rejected.fill(0);
    this.failed.fill(0);
    this.errors.clear();
  }

  /** Commands take no time here: `now` stands still while one runs. */
  commandFields(table: CommandTable): Field[] {
    const fields: Field[] = [];
    const add = (entry: CommandEntry) => {
      const calls = this.calls[entry.index]!;
      const rejected = this.rejected[entry.index]!;
      const failed = this.failed[entry.index]!;
      if (calls > 0 || rejected > 0 || failed > 0) {
        fields.push([
          `cmdstat_${entry.name}`,
          `calls=${calls},usec=0,usec_per_call=0.00,rejected_calls=${rejected},failed_calls=${failed}`,
        ]);
      }
      for (const sub of entry.subcommands?.values() ?? []) add(sub);
    };
    for (const entry of table.entries()) add(entry);
    return fields;
  }

  errorFields(): Field[] {
    return [...this.errors]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
  }
}
registerState('CommandStats', CommandStats);
