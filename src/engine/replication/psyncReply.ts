/** What a master's answer to PSYNC means. */

import { firstParts } from '../resp/words.ts';
import { REPLID_LENGTH } from './history.ts';
import { readOffset } from './offset.ts';

type PsyncReply =
  /** An empty line: the master is alive and not ready to answer. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'full'; readonly replid: string; readonly offset: number }
  | { readonly kind: 'full-malformed' }
  /** No stream can have reached the offset. */
  | { readonly kind: 'full-uncountable' }
  /** `replid` is set when the master names the ID under which the history continues. */
  | { readonly kind: 'continue'; readonly replid: string | undefined }
  /** It is loading, or has no connection to its own master. */
  | { readonly kind: 'later' }
  /** It does not know PSYNC; `error` tells an -ERR from something else altogether. */
  | { readonly kind: 'unsupported'; readonly error: boolean };

export function readPsyncReply(line: string): PsyncReply {
  if (line === '') return { kind: 'wait' };
  if (line.startsWith('+FULLRESYNC')) {
    const [, replid, text] = firstParts(line, ' ', 3);
    if (replid?.length !== REPLID_LENGTH || text === undefined) return { kind: 'full-malformed' };
    const offset = readOffset(text);
    return offset === undefined ? { kind: 'full-uncountable' } : { kind: 'full', replid, offset };
  }
  if (line.startsWith('+CONTINUE')) {
    const replid = line.slice('+CONTINUE '.length);
    return { kind: 'continue', replid: replid.length === REPLID_LENGTH ? replid : undefined };
  }
  if (line.startsWith('-NOMASTERLINK') || line.startsWith('-LOADING')) return { kind: 'later' };
  return { kind: 'unsupported', error: line.startsWith('-ERR') };
}
