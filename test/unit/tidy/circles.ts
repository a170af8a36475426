/** Circles of imports that exist at run time: each makes the order of evaluation matter. */

import { type SourceFile, valueImportsOf } from './sources.ts';

/** Each circle as the walk that found it. */
export function circles(all: readonly SourceFile[]): string[][] {
  const values = new Map(all.map(({ path, text }) => [path, valueImportsOf(path, text)]));
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const next of values.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of values.keys()) walk(path, []);
  return found;
}
