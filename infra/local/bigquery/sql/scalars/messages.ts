import { createRequire } from 'node:module';
import type { INamespace, Type } from 'protobufjs';

const require = createRequire(import.meta.url);

/** Messages of a protocol buffers' schema by name, compiled at the first use: few queries hold any. */
export function lazyMessages<Name extends string>(schema: INamespace): (name: Name) => Type {
  let types: ((name: Name) => Type) | undefined;
  return (name) => {
    if (!types) {
      const { Root } = require('protobufjs/light') as typeof import('protobufjs');
      const root = Root.fromJSON(schema);
      types = (one) => root.lookupType(one);
    }
    return types(name);
  };
}
