// Counts what typed arrays take: their constructors are replaced, so import this before the client. Views cost nothing.
export const held = { bytes: 0 };

const count = array => ((held.bytes += array.byteLength), array);
for (const name of ['Uint8Array', 'Uint16Array', 'Uint32Array', 'Float32Array']) {
  const Real = globalThis[name];
  globalThis[name] = new Proxy(Real, {
    construct(target, args, self) {
      const array = Reflect.construct(target, args, self === globalThis[name] ? target : self);
      return args[0] instanceof ArrayBuffer ? array : count(array);
    },
    get: (target, key) => (key === 'from' ? (...args) => count(target.from(...args)) : Reflect.get(target, key)),
  });
}
