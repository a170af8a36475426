/**
 * The types of the tables of directives: what redis.conf and sentinel.conf of Redis 7.0 may contain,
 * as data. `type` determines how values are read and printed (process/values); `effect` tells what a
 * directive does in this server.
 *
 * This folder is plain data and types and imports nothing from outside, so that the extension may
 * import it, too.
 */

/** The parsed values of each type. */
export interface ValueTypes {
  yesNo: boolean;
  /** A bigint beyond 2^53. */
  integer: number | bigint;
  /** Written in octal: file permissions. */
  octal: number;
  /** Bytes; a bigint beyond 2^53. */
  memory: number | bigint;
  /** Bytes, or, below zero, a percentage of maxmemory: -5 is `5%`. */
  memoryOrPercent: number | bigint;
  /** One word of a list. */
  choice: string;
  /** Options of SHUTDOWN, in Redis's order; an empty list is printed as `default`. */
  shutdownOptions: readonly string[];
  text: string;
  addresses: readonly string[];
  /** Three numbers from -2000 to 2000. */
  oomScores: readonly number[];
  percentiles: readonly number[];
  /** Letters in canonical order, with `A` expanded. */
  eventClasses: string;
  savePoints: readonly SavePoint[];
  /** Undefined: this server is a master. */
  master: MasterAddress | undefined;
  bufferLimits: OutputBufferLimits;
}

/** Save in the background once `changes` changes were made and `seconds` have passed since the last save. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

/** One class of client-output-buffer-limit, in bytes; zero: no limit. */
export interface OutputBufferLimit {
  readonly hard: number;
  readonly soft: number;
  readonly softSeconds: number;
}

interface OutputBufferLimits {
  readonly normal: OutputBufferLimit;
  readonly replica: OutputBufferLimit;
  readonly pubsub: OutputBufferLimit;
}

/** Bounds are inclusive. A bound that a double cannot represent is a bigint. */
interface Range {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** A further rule for texts. */
export type TextRule =
  | 'fileName'
  | 'fileNameNotEmpty'
  | 'directoryName'
  | 'hostname'
  | 'titleTemplate';

interface PlainSpec<T extends keyof ValueTypes> {
  readonly type: T;
  /** The value of redis-server 7.0.15 without a configuration file. */
  readonly default: ValueTypes[T];
}

interface IntegerSpec extends PlainSpec<'integer'>, Range {
  /** Values outside this range are clamped to it. */
  readonly takenAs?: { readonly min: number; readonly max: number };
}

interface ChoiceSpec extends PlainSpec<'choice'> {
  readonly values: readonly string[];
  /** Words that are replaced by another word, under which they are shown: relative → yes. */
  readonly synonyms?: Readonly<Record<string, string>>;
}

interface TextSpec extends PlainSpec<'text'> {
  readonly rule?: TextRule;
  /** An empty text means the same as no line, so CONFIG REWRITE removes the line. */
  readonly emptyIsNone?: true;
}

/** Type, default, and the further properties of the type. */
export type ValueSpec =
  | IntegerSpec
  | (PlainSpec<'octal'> & Range)
  | (PlainSpec<'memory'> & Range)
  | ChoiceSpec
  | TextSpec
  | {
      [T in PlainType]: PlainSpec<T>;
    }[PlainType];

type PlainType = Exclude<keyof ValueTypes, 'integer' | 'octal' | 'memory' | 'choice' | 'text'>;

/**
 * What a directive does in this server.
 *
 * - `full`: the same as in Redis.
 * - `accepted`: every value that Redis accepts is accepted, shown and written back, but has no effect.
 *   For directives whose effect a client cannot observe, or would not miss.
 * - `refused`: only one value is possible: `always` or, without it, the default. For directives whose
 *   effect a user would miss. CONFIG SET refuses other values and says why. In a file, another value
 *   is `fatal`, or the line is `leftOut` where that does no harm, so that a real server's file works.
 */
export type Effect<V> =
  | { readonly effect: 'full' }
  | { readonly effect: 'accepted'; readonly why: string }
  | {
      readonly effect: 'refused';
      readonly why: string;
      readonly inFile: 'fatal' | 'leftOut';
      readonly always?: V;
    };

export type Unit =
  | 'bytes'
  | 'seconds'
  | 'milliseconds'
  | 'microseconds'
  | 'minutes'
  | 'percent'
  | 'hertz'
  | 'keys'
  | 'entries'
  | 'connections'
  | 'bits';

interface Traits {
  /** The older name, accepted everywhere. */
  readonly alias?: string;
  readonly unit?: Unit;
  /** Read at start only: CONFIG SET refuses it. */
  readonly immutable?: true;
  /** Why CONFIG SET refuses it here, although Redis allows it. */
  readonly fixedHere?: string;
  /** CONFIG SET needs enable-protected-configs. */
  readonly protected?: true;
  /** A file may have several such lines, which add up. */
  readonly multiple?: true;
  /** Patterns of CONFIG GET do not find it. */
  readonly hidden?: true;
  /** Its value is a password: it is neither shown nor recorded. */
  readonly isSecret?: true;
  /** What it does in Redis, in one sentence. */
  readonly help: string;
}

/** A directive that CONFIG GET knows. */
export type Directive = Traits &
  { [S in ValueSpec as S['type']]: S & Effect<S['default']> }[ValueSpec['type']];

/** A directive that only a file may have: CONFIG does not know it. */
export type FileDirective = Pick<Traits, 'multiple' | 'help'> & {
  /** How many words may follow the name. */
  readonly words: { readonly min: number; readonly max: number };
} & Effect<never>;

export type DirectiveTable = Readonly<Record<string, Directive>>;

/** Bounds that appear in Redis's messages. */
export const INT_MAX = 2_147_483_647;
export const INT_MIN = -2_147_483_648;
export const UINT_MAX = 4_294_967_295;
export const LONG_MAX = 9_223_372_036_854_775_807n;
export const ULONG_MAX = 18_446_744_073_709_551_615n;
