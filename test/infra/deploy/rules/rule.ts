import { type Block, type Body, blocksOf, type Module, nested, textsOf } from '../module.ts';

/** What a security review asks of the infrastructure, each as a check of the parsed module that says what breaks it. */
export interface Rule {
  name: string;
  check(module: Module): string[];
}

export const ofType = (module: Module, ...types: string[]): Block[] =>
  blocksOf(module).filter(({ kind, type }) => kind === 'resource' && types.includes(type));
export const flag = (
  blocks: readonly Block[],
  problem: (body: Body, block: Block) => string | false | undefined,
): string[] =>
  blocks.flatMap((block) => {
    const found = problem(block.body, block);
    return found ? [`${block.address}: ${found}`] : [];
  });
export const first = (body: Body | undefined, name: string): Body => nested(body ?? {}, name)[0] ?? {};
export const everyText = (module: Module): { address: string; text: string }[] =>
  [
    ...blocksOf(module).map(({ address, body }) => ({ address, value: body })),
    { address: 'local', value: module.locals },
    { address: 'var', value: module.variable as Body },
  ].flatMap(({ address, value }) =>
    [...textsOf(value)].map(({ path, text }) => ({ address: `${address} ${path.join('.')}`, text })),
  );
