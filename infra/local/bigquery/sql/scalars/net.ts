import { createRequire } from 'node:module';
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { defineScalar, type ScalarFunction } from './scalar.ts';

const require = createRequire(import.meta.url);
let suffixes: typeof import('tldts') | undefined;

/** Loaded at the first use: the list takes 4 ms and 1 MB, and few queries look at domains. */
function suffixList(): typeof import('tldts') {
  suffixes ??= require('tldts') as typeof import('tldts');
  return suffixes;
}

const isSlash = (character: string | undefined) => character === '/' || character === '\\';

/** Where the host of a URL begins and ends: behind the scheme and the last `@`, before the port, the path, the query. */
function netLocation(url: string): string {
  let begin = 0;
  let seeksScheme = true;
  if (isSlash(url[0]) && isSlash(url[1])) {
    begin = 2;
    seeksScheme = false;
  }
  let end = url.length;
  for (let at = begin; at < end; at++) {
    const character = url[at];
    if (character === '@') begin = at + 1;
    else if (character === '#' || character === '?' || isSlash(character)) end = at;
    // A colon that no `//` follows is no scheme's: `mailto:a@b.c` is user, password and host.
    else if (character === ':' && seeksScheme) {
      seeksScheme = false;
      if (isSlash(url[at + 1]) && isSlash(url[at + 2])) {
        at += 2;
        begin = at + 1;
      }
    }
  }
  return url.slice(begin, end);
}

/** The host as it is written, or null where there is none; no part of it is checked. */
function host(url: string): string | null {
  const location = netLocation(url.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ''));
  const bracketed = /^\[[^[\]]*[[\]]?/.exec(location)?.[0] ?? '';
  const colon = location.indexOf(':', bracketed.length);
  const name = (colon < 0 ? location : location.slice(0, colon)).replace(/^\.+/, '').replace(/\.{2,}$/, '.');
  return name === '' ? null : name;
}

/** What a browser forbids in a host, and GoogleSQL does not; it can be part of no public suffix. */
const FORBIDDEN = /[\0-\x20"%<>[\]^`{|}\x7f]/g;

/** The host as the list of suffixes has it, or null where internationalized names forbid a label of it. */
function asciiHost(name: string): string | null {
  if (/^[^A-Z\x7f-\u{10ffff}]*$/u.test(name)) return name;
  const plain = name.replace(FORBIDDEN, '_');
  const ascii = /[^\0-\x7f]|(^|\.)xn--/i.test(plain) ? domainToASCII(plain) : plain.toLowerCase();
  const labels = ascii.replace(/\.$/, '').split('.');
  const isValid = (label: string) =>
    label !== '' && label.length <= 63 && !/^-|-$/.test(label) && (!/^..--/.test(label) || label.startsWith('xn--'));
  return ascii.length <= 254 && labels.every(isValid) ? ascii : null;
}

/** How many labels of the host are its public suffix; 0 where it ends in none that is registered with ICANN. */
function suffixLabels(name: string): number {
  if (name.includes('..')) return 0;
  const ascii = asciiHost(name)?.replace(/\.$/, '');
  if (!ascii) return 0;
  const lookUp = (of: string) =>
    suffixList().parse(of, {
      allowPrivateDomains: false,
      detectIp: false,
      extractHostname: false,
      validateHostname: false,
    });
  const found = lookUp(ascii);
  if (found.isIcann) return (found.publicSuffix ?? '').split('.').length;
  // Of `ck` the list has `*.ck` alone, and yet it is a suffix itself.
  return !ascii.includes('.') && lookUp(`x.${ascii}`).isIcann ? 1 : 0;
}

/** The host's last labels as they are written: its public suffix and `more` labels before it. */
function domain(url: string, more: number): string | null {
  const name = host(url);
  if (name === null) return null;
  const count = suffixLabels(name);
  const isRooted = name.endsWith('.');
  const labels = (isRooted ? name.slice(0, -1) : name).split('.');
  if (count === 0 || labels.length < count + more) return null;
  return labels.slice(-(count + more)).join('.') + (isRooted ? '.' : '');
}

/** 4 or 16 bytes, or null where the text is no address: leading zeros, zones and prefix lengths are none. */
function parseAddress(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return null;
  const quad = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const tail = quad === undefined ? [] : [...(parseAddress(quad) ?? [])];
  const groups = (part: string) =>
    part
      .split(':')
      .flatMap((group) => (group === '' ? [] : [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]));
  const [left = '', right] = (quad === undefined ? text : text.slice(0, -quad.length)).split('::');
  const [head, back] = [groups(left), [...groups(right ?? ''), ...tail]];
  return Uint8Array.from([...head, ...new Array<number>(16 - head.length - back.length).fill(0), ...back]);
}

function renderAddress(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let [start, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (groups[i + run] === 0) run++;
    if (run > length) [start, length] = [i, run];
  }
  // An IPv4 address that is mapped or compatible stands as one.
  const isQuad = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const hex = (list: number[]) => list.map((group) => group.toString(16)).join(':');
  if (isQuad) return `::${length === 5 ? 'ffff:' : ''}${bytes.subarray(12).join('.')}`;
  return start < 0 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length === 16) return renderAddress(bytes);
  throw new Error(
    `NET.IP_TO_STRING() encountered an invalid IP address. Expected 4 (for IPv4) or 16 (for IPv6) bytes but got ${bytes.length}`,
  );
}

function addressOf(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (!bytes) throw new Error(`NET.IP_FROM_STRING() encountered an unparseable IP-address: ${text}`);
  return bytes;
}

function netMask(bytes: bigint, prefix: bigint): Uint8Array {
  if (bytes !== 4n && bytes !== 16n)
    throw new Error(
      `The first argument of NET.IP_NET_MASK() must be either 4 (for IPv4) or 16 (for IPv6); got ${bytes}`,
    );
  if (prefix < 0n || prefix > bytes * 8n)
    throw new Error(
      `The second argument of NET.IP_NET_MASK() must be between 0 and the first argument * 8; got ${prefix}`,
    );
  return Uint8Array.from(
    { length: Number(bytes) },
    (_, i) => (0xff00 >> Math.min(Math.max(Number(prefix) - 8 * i, 0), 8)) & 255,
  );
}

function truncate(bytes: Uint8Array, prefix: bigint): Uint8Array {
  if (bytes.length !== 4 && bytes.length !== 16)
    throw new Error(
      `The first argument of NET.IP_TRUNC() must have length 4 (for IPv4) or 16 (for IPv6); got ${bytes.length}`,
    );
  if (prefix < 0n || prefix > bytes.length * 8)
    throw new Error(
      `The second argument of NET.IP_TRUNC() must be between 0 and 8 * LENGTH(first argument); got ${prefix}`,
    );
  const mask = netMask(BigInt(bytes.length), prefix);
  return bytes.map((byte, i) => byte & (mask[i] ?? 0));
}

function addressOfInteger(value: bigint): Uint8Array {
  if (value < -0x80000000n || value > 0xffffffffn)
    throw new Error(
      `NET.IPV4_FROM_INT64() encountered an invalid integer IP. Expected range: [-0x80000000, 0xFFFFFFFF]; got ${value}`,
    );
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(BigInt.asUintN(32, value)));
  return bytes;
}

function integerOfAddress(bytes: Uint8Array): bigint {
  if (bytes.length !== 4)
    throw new Error(`NET.IPV4_TO_INT64() encountered a non-IPv4 address. Expected 4 bytes but got ${bytes.length}`);
  return BigInt(Buffer.from(bytes).readUInt32BE());
}

/** Hosts, public suffixes and addresses. BigQuery’s list of suffixes is the newest one; this is of 2026-11-19. */
export const NET_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_net_host', ['text'], 'text', host),
  defineScalar('bq_net_domain', ['text', 'integer'], 'text', (url, more) => domain(url, Number(more))),
  defineScalar('bq_net_address', ['text'], 'bytes', addressOf),
  defineScalar('bq_net_safe_address', ['text'], 'bytes', parseAddress),
  defineScalar('bq_net_text', ['bytes'], 'text', addressText),
  defineScalar('bq_net_mask', ['integer', 'integer'], 'bytes', netMask),
  defineScalar('bq_net_trunc', ['bytes', 'integer'], 'bytes', truncate),
  defineScalar('bq_net_from_int', ['integer'], 'bytes', addressOfInteger),
  defineScalar('bq_net_to_int', ['bytes'], 'integer', integerOfAddress),
];
