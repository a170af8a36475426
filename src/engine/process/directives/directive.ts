/**
 * The shape of the tables of directives: what redis.conf and sentinel.conf of Redis 7.0 may hold,
 * as data. How values are read and printed follows from `type` (process/values); what a directive
 * does in this server stands in `effect`.
 *
 * This folder is plain data and types: it imports nothing but itself, so that the extension may
 * import it, too.
 */

/** What a value of each type is once it is read. */
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
  /** Options of SHUTDOWN, in Redis's order; none: `default`. */
  shutdownOptions: readonly string[];
  text: string;
  addresses: readonly string[];
  /** Three numbers from -2000 to 2000. */
  oomScores: readonly number[];
  percentiles: readonly number[];
  /** Letters in canonical order, `A` written out. */
  eventClasses: string;
  savePoints: readonly SavePoint[];
  /** Undefined: this server is a master. */
  master: MasterAddress | undefined;
  bufferLimits: OutputBufferLimits;
}

/** Saves when so many changes are so many seconds old. */
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

/** Bounds are inclusive. A bigint is a bound that no double holds. */
interface Range {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** A rule for texts beyond their type. */
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
  /** Values outside are taken as the nearer of these. */
  readonly takenAs?: { readonly min: number; readonly max: number };
}

interface ChoiceSpec extends PlainSpec<'choice'> {
  readonly values: readonly string[];
  /** Words that mean another one, by which they are shown. */
  readonly synonyms?: Readonly<Record<string, string>>;
}

interface TextSpec extends PlainSpec<'text'> {
  readonly rule?: TextRule;
  /** CONFIG REWRITE removes the line of an empty text, which means the same as none. */
  readonly emptyIsNone?: true;
}

/** Type, default, and what the type needs besides. */
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
 * - `full`: what it does in Redis.
 * - `accepted`: every value that Redis takes is taken, shown and written back, but changes nothing.
 *   For what a client cannot tell apart, or what concerns a feature that this server lacks and that
 *   is not missed.
 * - `refused`: only one value, `always` or else the default, is possible. For what would be missed.
 *   CONFIG SET refuses others and says why. In a file another value is `fatal`, or the line is
 *   `leftOut`: files written for a real server start wherever that harms nothing.
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
  /** The older name, valid everywhere. */
  readonly alias?: string;
  readonly unit?: Unit;
  /** Read at start only: CONFIG SET refuses it. */
  readonly immutable?: true;
  /** CONFIG SET refuses it here though Redis would change it; why. */
  readonly fixedHere?: string;
  /** CONFIG SET needs enable-protected-configs. */
  readonly protected?: true;
  /** May stand on several lines of a file, which add up. */
  readonly multiple?: true;
  /** Patterns of CONFIG GET do not find it. */
  readonly hidden?: true;
  /** What it does in Redis, in one sentence. */
  readonly help: string;
}

/** One directive that CONFIG GET knows. */
export type Directive = Traits &
  { [S in ValueSpec as S['type']]: S & Effect<S['default']> }[ValueSpec['type']];

/** A line that only a file may have: CONFIG knows nothing of it. */
export type FileDirective = Pick<Traits, 'multiple' | 'help'> & {
  /** How many words may follow the name. */
  readonly words: { readonly min: number; readonly max: number };
} & Effect<never>;

export type DirectiveTable = Readonly<Record<string, Directive>>;

/** Bounds that Redis's messages name. */
export const INT_MAX = 2_147_483_647;
export const INT_MIN = -2_147_483_648;
export const UINT_MAX = 4_294_967_295;
export const LONG_MAX = 9_223_372_036_854_775_807n;
export const ULONG_MAX = 18_446_744_073_709_551_615n;
