/**
 * The kinds of arguments that a verb can take. An argument is plain data, so that each room does with it
 * what it needs: validate a message, parse words, ask a question, print a limit.
 *
 * Invariant: a new kind is a compile error wherever kinds are distinguished.
 */

import type { ProcessState } from '../snapshot.ts';

/** The nodes for which a verb is offered; anything else may still be tried, and the sandbox decides. */
export interface Suitable {
  readonly machine?: 'server';
  readonly role?: 'replica';
  /** All states, if absent. */
  readonly states?: readonly ProcessState[];
}

interface Common {
  /** Its name in a usage line; by default that of its field. */
  readonly usage?: string;
  /** What the palette asks. Without a question it takes the default, or leaves the argument out. */
  readonly question?: string;
}

interface Optional {
  /** The operation is complete without it, if those after it are left out, too. */
  readonly optional?: true;
}

interface Limits extends Common {
  readonly least: number;
  readonly most: number;
  /** What it counts, unless `what` says so: `writes a second`. */
  readonly unit?: string;
  /** The beginning of an error, which the limits continue: `LOAD takes a rate`. */
  readonly what: string;
  /** Its value where words leave it out; an operation always names it. */
  readonly default?: number;
  /** What palette and panel propose, if there is no default. */
  readonly suggested?: number;
}

export type Argument =
  | (Common & { readonly kind: 'node'; readonly suitable: Suitable })
  /** An end of a link: a node, `outside`, `load` or `operator`. */
  | (Common & Optional & { readonly kind: 'place' })
  | (Common & Optional & { readonly kind: 'port' })
  | (Limits & { readonly kind: 'integer' })
  /** Written as in redis.conf: 1048576 or 1mb. */
  | (Limits & { readonly kind: 'bytes' })
  /** Fractions are allowed. */
  | (Limits & { readonly kind: 'milliseconds' })
  /** A number without a unit; fractions are allowed. */
  | (Limits & { readonly kind: 'factor' })
  /** A master's name as the Sentinels know it. */
  | (Common & { readonly kind: 'masterName' })
  /** The rest of the words, quoted as in redis-cli. */
  | (Common & Optional & { readonly kind: 'line' })
  /** A name that users give. */
  | (Common & Optional & { readonly kind: 'label'; readonly what: string })
  /** Of a file on this machine. */
  | (Common & { readonly kind: 'path' })
  /** Given by its word, or not given. */
  | (Common & Optional & { readonly kind: 'flag'; readonly word: string })
  /** The target of REPLICAOF. */
  | (Common & { readonly kind: 'target' });

/** A node, an address, or null for NO ONE. */
export type Target =
  | { readonly node: string }
  | { readonly host: string; readonly port: number }
  | null;

interface Values {
  readonly node: string;
  readonly place: string;
  readonly port: number;
  readonly integer: number;
  readonly bytes: number;
  readonly milliseconds: number;
  readonly factor: number;
  readonly masterName: string;
  readonly line: string;
  readonly label: string;
  readonly path: string;
  readonly flag: boolean;
  readonly target: Target;
}

export type Arguments = Readonly<Record<string, Argument>>;

type OptionalName<A extends Arguments> = {
  [Name in keyof A]: A[Name] extends { readonly optional: true } ? Name : never;
}[keyof A];

/** The fields that the arguments become in an operation. */
export type FieldsOf<A extends Arguments> = {
  readonly [Name in Exclude<keyof A, OptionalName<A>>]: Values[A[Name]['kind']];
} & { readonly [Name in OptionalName<A>]?: Values[A[Name]['kind']] };

export const PORT_MAX = 65_535;
