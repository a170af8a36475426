// A broken invariant, for want of a real one: in a thread that loads this first, the engine throws when
// it reads one number that nobody but a test sends, as in INCRBY key 3133731337313373133.
const BAD = '3133731337313373133';
const sound = globalThis.BigInt;

globalThis.BigInt = new Proxy(sound, {
  apply(target, self, args) {
    if (args[0] === BAD) throw new Error('a planted bug');
    return Reflect.apply(target, self, args);
  },
});
