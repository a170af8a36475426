/** The options of SCAN: those that scans of collections know (collectionScan.ts), and TYPE. */

import { matchesAll } from '../process/glob.ts';
import { indexArgument } from './arguments.ts';
import type { DataCall } from './call.ts';
import type { ScanOptions } from './collectionScan.ts';

const COUNT_DEFAULT = 10;

export interface KeyScanOptions extends ScanOptions {
  /** In lower case, as given: a type nobody knows matches nothing. */
  readonly type: string | undefined;
}

/** `[MATCH pattern] [COUNT count] [TYPE type]`; replies and gives undefined when they are wrong. */
export function readKeyScanOptions(call: DataCall): KeyScanOptions | undefined {
  let count = COUNT_DEFAULT;
  let pattern: string | undefined;
  let type: string | undefined;
  for (let at = 2; at < call.argc; at += 2) {
    const word = at + 1 < call.argc ? call.word(at) : '';
    if (word === 'count') {
      const value = indexArgument(call, at + 1);
      if (value === undefined) return undefined;
      if (value < 1) {
        call.syntaxError();
        return undefined;
      }
      count = value;
    } else if (word === 'match') {
      pattern = call.str(at + 1);
    } else if (word === 'type') {
      type = call.word(at + 1);
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  return {
    count,
    pattern: pattern !== undefined && matchesAll(pattern) ? undefined : pattern,
    type,
  };
}
