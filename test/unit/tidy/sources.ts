/** The files of the repository as the rules of tidy.test.ts read them: texts, and what they import. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface SourceFile {
  /** Below the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** Every program text of a folder. Packages that a suite installs for itself are not ours. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourceFiles(path);
    if (!/\.(ts|mts|mjs|cjs|css)$/.test(entry.name)) return [];
    return [sourceFile(path, readFileSync(join(root, path), 'utf8'))];
  });
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(path, text) };
}

/** Paths below the root for relative imports, bare names for the rest. */
export function importsOf(path: string, text: string): string[] {
  const statements =
    /^(?:import|export)\b[^;']*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
  const found = [...text.matchAll(statements)].map(([, a, b, c]) => (a ?? b ?? c)!);
  const urls = [...text.matchAll(/new URL\('(\.[^']+\.ts)'/g)].map((match) => match[1]!);
  const styles = [...text.matchAll(/^@import "([^"]+)";/gm)].map((match) => match[1]!);
  return [...found, ...urls, ...styles].map((name) => resolved(path, name));
}

/** What an import of a file refers to. */
export function resolved(path: string, name: string): string {
  return name.startsWith('.') ? normalize(join(dirname(path), name)).replaceAll('\\', '/') : name;
}

/** What is left of a file's imports once types are erased. */
export function valueImportsOf(path: string, text: string): string[] {
  const typeOnly =
    /^(?:import|export) (?:type\b[^;']*|\{(?:\s*type \w+(?: as \w+)?,?)+\s*\}\s*)from '[^']+';/gm;
  return importsOf(path, text.replace(typeOnly, ''));
}

/** The code without comments and string contents, for words that must not occur in it. */
export function codeOnly(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

/** Strings stay: a pattern may hold quotes. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/ .*$/gm, '$1');
}
