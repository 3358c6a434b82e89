import { styleText } from 'node:util';
import { expect, test } from 'vitest';
import { printable } from '../../../infra/cli/output.ts';

const ESC = String.fromCharCode(27);
const red = styleText('red', 'ends', { validateStream: false });

test.each([
  ['plain text, in any script', 'café 例 😀', 'café 例 😀'],
  ['lines and columns', 'a\tb\nc', 'a\tb\nc'],
  ['our own colours', red, red],
  ['a name that clears the screen', `${ESC}[2J.csv`, '\\u001b[2J.csv'],
  ['one that renames the window', `${ESC}]0;title${String.fromCharCode(7)}`, '\\u001b]0;title\\u0007'],
  ['one that goes back over its line', 'good.csv\rbad', 'good.csv\\u000dbad'],
  ['controls of eight bits', `${String.fromCharCode(0x9b)}2J`, '\\u009b2J'],
  ['text that runs backwards', 'vsc.\u202Eexe', 'vsc.\\u202eexe'],
])('%s', (_, text, printed) => expect(printable(text)).toBe(printed));

test('JSON stays JSON, and says the same', () => {
  const value = { name: `${ESC}[2J${String.fromCharCode(0x9b)}\u202E\n` };
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
});
