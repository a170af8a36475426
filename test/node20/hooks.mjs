// Module hooks for Node 20: a TypeScript module of this repository is read as what esbuild made of it
// (scripts/node20.mjs), under its own URL. So tests, the programs and the threads they start find each
// other as they do on Node 24, and nothing in them knows of this.
import { readFile } from 'node:fs/promises';

const ROOT = new URL('../../', import.meta.url).href;
const TRANSLATED = new URL('../../out/node20/', import.meta.url).href;

export async function load(url, context, nextLoad) {
  if (!url.startsWith(ROOT) || !url.endsWith('.ts')) return nextLoad(url, context);
  const file = new URL(TRANSLATED + url.slice(ROOT.length).replace(/\.ts$/, '.js'));
  return { format: 'module', shortCircuit: true, source: await readFile(file) };
}
