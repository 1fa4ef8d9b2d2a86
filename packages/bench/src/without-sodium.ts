/** Loaded into a server under measurement: `sodium-native` does not load there, so tweetnacl runs. */

import Module from 'node:module';

interface Resolver {
  _resolveFilename(request: string, ...rest: unknown[]): string;
}

const resolver = Module as unknown as Resolver;
const resolve = resolver._resolveFilename;
resolver._resolveFilename = function (request, ...rest) {
  if (request === 'sodium-native') throw new Error('left out for this measurement');
  return resolve.call(this, request, ...rest);
};
