/** The options of SET and GETEX, which share their syntax but not all words (parseExtendedStringArgumentsOrReply). */

import type { DataCall } from '../execution/dataCall.ts';
import type { TimeForm } from './expireTime.ts';

interface ExpiryOption extends TimeForm {
  /** Index of the argument with the time, which is parsed after all options. */
  readonly argument: number;
}

export interface StringOptions {
  nx: boolean;
  xx: boolean;
  get: boolean;
  keepTtl: boolean;
  persist: boolean;
  expiry: ExpiryOption | undefined;
}

const FORMS: Readonly<Record<string, TimeForm>> = {
  ex: { unit: 'seconds', absolute: false },
  px: { unit: 'milliseconds', absolute: false },
  exat: { unit: 'seconds', absolute: true },
  pxat: { unit: 'milliseconds', absolute: true },
};

/** Replies with a syntax error and returns undefined if the options are invalid. */
export function parseSetOptions(call: DataCall): StringOptions | undefined {
  return parse(call, 3, takeSetWord);
}

/** As parseSetOptions. */
export function parseGetexOptions(call: DataCall): StringOptions | undefined {
  return parse(call, 2, takeGetexWord);
}

function parse(
  call: DataCall,
  from: number,
  take: (word: string, options: StringOptions) => boolean,
): StringOptions | undefined {
  const options: StringOptions = {
    nx: false,
    xx: false,
    get: false,
    keepTtl: false,
    persist: false,
    expiry: undefined,
  };
  for (let at = from; at < call.argc; at += 1) {
    const word = call.word(at);
    if (take(word, options)) continue;
    if (!takeExpiry(word, at + 1, call.argc, options)) {
      call.syntaxError();
      return undefined;
    }
    at += 1;
  }
  return options;
}

function takeSetWord(word: string, options: StringOptions): boolean {
  if (word === 'nx' && !options.xx) options.nx = true;
  else if (word === 'xx' && !options.nx) options.xx = true;
  else if (word === 'get') options.get = true;
  else if (word === 'keepttl' && options.expiry === undefined) options.keepTtl = true;
  else return false;
  return true;
}

function takeGetexWord(word: string, options: StringOptions): boolean {
  if (word !== 'persist' || options.expiry !== undefined) return false;
  options.persist = true;
  return true;
}

/** A form may be repeated, and the last one counts (EX 1 EX 2). Two different forms are an error. */
function takeExpiry(word: string, argument: number, argc: number, options: StringOptions): boolean {
  const form = Object.hasOwn(FORMS, word) ? FORMS[word]! : undefined;
  if (form === undefined || argument >= argc || options.keepTtl || options.persist) return false;
  const { expiry } = options;
  const other =
    expiry !== undefined && (expiry.unit !== form.unit || expiry.absolute !== form.absolute);
  if (other) return false;
  options.expiry = { ...form, argument };
  return true;
}
