/**
 * What a Sentinel's configuration sets for all of it; what concerns one master is in the master. The
 * fields follow from the tables: the `sentinel …` lines that are no state, and the directives of
 * redis.conf that a Sentinel heeds.
 */

import {
  SENTINEL_PORT,
  type SentinelDirective,
  sentinelDirectives,
  sentinelSettings,
} from '../../process/directives/sentinelDirectives.ts';
import { serverDirectives } from '../../process/directives/serverDirectives.ts';
import { type CamelCase, type FieldValue, fieldName } from '../../process/values/fields.ts';

type Table = typeof sentinelDirectives;
/** The `sentinel …` lines that set something for all of the Sentinel. */
export type SettingName = {
  [N in keyof Table]: Table[N] extends { readonly of: 'sentinel'; readonly isState?: never }
    ? N
    : never;
}[keyof Table];
type SharedName = (typeof sentinelSettings)[number];

type Shared = { [N in SharedName as CamelCase<N>]: FieldValue<(typeof serverDirectives)[N]> };
type Own = {
  [N in SettingName as CamelCase<N>]: FieldValue<Table[N]['values'][0]>;
};

export interface SentinelSettings extends Shared, Own {}

const standard: Record<string, unknown> = {};
for (const name of sentinelSettings) standard[fieldName(name)] = serverDirectives[name].default;
for (const [name, option] of Object.entries<SentinelDirective>(sentinelDirectives)) {
  if (option.of === 'sentinel' && !option.isState) standard[fieldName(name)] = option.default;
}

export function defaultSettings(): SentinelSettings {
  return { ...(standard as unknown as SentinelSettings), port: SENTINEL_PORT };
}

/** `yes` and `no` in any case; undefined for anything else. */
export function parseYesNo(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'yes' ? true : word === 'no' ? false : undefined;
}

/** The error of everything that would have a script run. */
export const NO_SCRIPTS = sentinelDirectives['notification-script'].why;
