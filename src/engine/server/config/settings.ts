/**
 * A server's effective configuration, as plain data.
 *
 * Every directive that can make a difference here is a field, in the directive's camelCase, whose
 * type follows from the table: reading one on the hot path is reading a property. The values of
 * directives that are accepted without effect are kept beside, by name, once they are not the default.
 *
 * Invariant: values are replaced, never changed in place.
 */

import { copyState } from '../../machine/state.ts';
import type { Directive } from '../../process/directives/directive.ts';
import { serverDirectives } from '../../process/directives/serverDirectives.ts';
import { printValue, type Value } from '../../process/values/codecs.ts';
import { type CamelCase, type FieldValue, fieldName } from '../../process/values/fields.ts';

type Table = typeof serverDirectives;
export type DirectiveName = keyof Table;

type WithField = {
  [N in DirectiveName]: Table[N] extends { readonly effect: 'accepted' } ? never : N;
}[DirectiveName];

/** Times and sizes are in the directive's unit; numbers above 2^53 are rounded. */
type Fields = { [N in WithField as CamelCase<N>]: FieldValue<Table[N]> };

export interface Settings extends Fields {
  /** Directives without effect that have another value than the default. */
  withoutEffect: Readonly<Record<string, Value>>;
  /** What the numbers are that no field holds exactly: `proto-max-bulk-len 9223372036854775807`. */
  beyondSafe: Readonly<Record<string, bigint>>;
}

function fieldOf(name: string): keyof Fields {
  return fieldName(name) as keyof Fields;
}

const table: Readonly<Record<DirectiveName, Directive>> = serverDirectives;
const names = Object.keys(table) as DirectiveName[];

/** What holds in a server without a configuration file. */
export function standardValue(name: DirectiveName): Value {
  const directive = table[name];
  return directive.effect === 'refused' && 'always' in directive
    ? (directive.always as Value)
    : directive.default;
}

const standardFields: Record<string, Value> = {};
for (const name of names) {
  if (table[name].effect !== 'accepted') standardFields[fieldOf(name)] = standardValue(name);
}

/** Redis 7.0.15's defaults, but for directives that have one value only here. */
export function defaultSettings(): Settings {
  // Lists and records are copied, too: worlds share no part of their states. The copy by spread,
  // unlike the object it copies, has the fields where V8 reads them fastest.
  const fields = copyState(standardFields) as unknown as Fields;
  return { ...fields, withoutEffect: {}, beyondSafe: {} };
}

/** The value of a directive, exactly. */
export function settingOf(settings: Settings, name: DirectiveName): Value {
  if (table[name].effect === 'accepted') {
    return name in settings.withoutEffect ? settings.withoutEffect[name] : standardValue(name);
  }
  return settings.beyondSafe[name] ?? settings[fieldOf(name)];
}

export function setSetting(settings: Settings, name: DirectiveName, value: Value): void {
  const directive = table[name];
  if (directive.effect === 'accepted') {
    const isStandard = sameValue(directive, value, standardValue(name));
    settings.withoutEffect = changed(settings.withoutEffect, name, isStandard ? undefined : value);
    return;
  }
  const isBeyond = typeof value === 'bigint';
  settings.beyondSafe = changed(settings.beyondSafe, name, isBeyond ? value : undefined);
  const fields = settings as unknown as Record<string, Value>;
  fields[fieldOf(name)] = isBeyond ? Number(value) : value;
}

export function sameValue(directive: Directive, a: Value, b: Value): boolean {
  return printValue(directive, a) === printValue(directive, b);
}

/** The record with `name` set, or, when there is no value, without it. */
function changed<V>(
  record: Readonly<Record<string, V>>,
  name: string,
  value: V | undefined,
): Readonly<Record<string, V>> {
  if (value === undefined && !(name in record)) return record;
  const { [name]: _, ...others } = record;
  return value === undefined ? others : { ...others, [name]: value };
}
