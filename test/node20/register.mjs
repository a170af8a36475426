// Preloaded by `--import` where Node cannot read TypeScript; see hooks.mjs.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
