/** Directives as fields of settings: names in camel case, types derived from a table of directives. */

import type { ValueTypes } from '../directives/directive.ts';

/** `repl-backlog-size` → `replBacklogSize`. */
export type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

export function fieldName<S extends string>(name: S): CamelCase<S> {
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return camel as CamelCase<S>;
}

/** The type of a directive's field: numbers are doubles, a choice is one of its words. */
export type FieldValue<D> = D extends {
  readonly type: 'choice';
  readonly values: readonly (infer V)[];
}
  ? V
  : D extends { readonly type: 'integer' | 'octal' | 'memory' | 'memoryOrPercent' }
    ? number
    : D extends { readonly type: infer T extends keyof ValueTypes }
      ? ValueTypes[T]
      : never;
