import { testFamilies } from './family.ts';

const domains = (url: string) => `SELECT NET.HOST("${url}"), NET.PUBLIC_SUFFIX("${url}"), NET.REG_DOMAIN("${url}")`;
const invalid = (message: string) => `invalidQuery: ${message}`;

testFamilies({
  'hosts and domains, as BigQuery documents them': [
    [domains(''), [[null, null, null]]],
    [domains('http://abc.xyz'), [['abc.xyz', 'xyz', 'abc.xyz']]],
    [domains('//user:password@a.b:80/path?query'), [['a.b', null, null]]],
    [domains('https://[::1]:80'), [['[::1]', null, null]]],
    [domains('http://例子.卷筒纸.中国'), [['例子.卷筒纸.中国', '中国', '卷筒纸.中国']]],
    [domains('    www.Example.Co.UK    '), [['www.Example.Co.UK', 'Co.UK', 'Example.Co.UK']]],
    [domains('mailto:?to=&subject=&body='), [['mailto', null, null]]],
  ],
  'hosts and domains at their edges': [
    [domains('http://abc..xyz'), [['abc..xyz', null, null]]],
    [domains('mailto:foo@bar.com'), [['bar.com', 'com', 'bar.com']]],
    [domains('..a.com...'), [['a.com.', 'com.', 'a.com.']]],
    // Private suffixes do not count.
    [domains('x.github.io'), [['x.github.io', 'io', 'github.io']]],
    // `*.ck` and `!www.ck`.
    [domains('a.b.ck'), [['a.b.ck', 'b.ck', 'a.b.ck']]],
    [domains('www.ck'), [['www.ck', 'ck', 'www.ck']]],
    [domains('ck'), [['ck', 'ck', null]]],
    [domains('WWW.-a.COM'), [['WWW.-a.COM', null, null]]],
    ['SELECT NET.HOST(NULL), NET.REG_DOMAIN(NULL)', [[null, null]]],
  ],
  addresses: [
    [
      `SELECT FORMAT("%T", NET.IP_FROM_STRING(a)), NET.IP_TO_STRING(NET.IP_FROM_STRING(a)) = a
       FROM UNNEST(['48.49.50.51', '3031:3233:3435:3637:3839:4041:4243:4445', '::1', '::ffff:192.0.2.128', '::1.2.3.4', '1:0:0:2::3', '1::']) a WITH OFFSET o ORDER BY o`,
      [
        ['b"0123"', 'true'],
        ['b"0123456789@ABCDE"', 'true'],
        [String.raw`b"${'\\x00'.repeat(15)}\x01"`, 'true'],
        [String.raw`b"${'\\x00'.repeat(10)}\xff\xff\xc0\x00\x02\x80"`, 'true'],
        [String.raw`b"${'\\x00'.repeat(12)}\x01\x02\x03\x04"`, 'true'],
        [String.raw`b"\x00\x01\x00\x00\x00\x00\x00\x02${'\\x00'.repeat(7)}\x03"`, 'true'],
        [String.raw`b"\x00\x01${'\\x00'.repeat(14)}"`, 'true'],
      ],
    ],
    [
      `SELECT NET.SAFE_IP_FROM_STRING(a) IS NULL FROM UNNEST(['', '1.2.3', '01.2.3.4', '1.2.3.4/8', 'fe80::1%eth0', '1:2:3:4:5:6:7:8:9', '::1::']) a`,
      Array.from({ length: 7 }, () => ['true']),
    ],
    [
      'SELECT FORMAT("%T", NET.IP_NET_MASK(4, 20)), FORMAT("%T", NET.IP_NET_MASK(4, 0)), NET.IP_TO_STRING(NET.IP_NET_MASK(16, 1)), NET.IP_TO_STRING(NET.IP_NET_MASK(4, 32))',
      [[String.raw`b"\xff\xff\xf0\x00"`, String.raw`b"\x00\x00\x00\x00"`, '8000::', '255.255.255.255']],
    ],
    [
      String.raw`SELECT FORMAT("%T", NET.IP_TRUNC(b"\xAA\xBB\xCC\xDD", n)) FROM UNNEST([0, 11, 12, 24, 32]) n WITH OFFSET o ORDER BY o`,
      ['00\\x00\\x00\\x00', 'aa\\xa0\\x00\\x00', 'aa\\xb0\\x00\\x00', 'aa\\xbb\\xcc\\x00', 'aa\\xbb\\xcc\\xdd'].map(
        (one) => [`b"\\x${one}"`],
      ),
    ],
    [
      'SELECT NET.IP_TO_STRING(NET.IPV4_FROM_INT64(n)), NET.IPV4_TO_INT64(NET.IPV4_FROM_INT64(n)) FROM UNNEST([0, 11259375, 4294967295, -1, -2]) n WITH OFFSET o ORDER BY o',
      [
        ['0.0.0.0', '0'],
        ['0.171.205.239', '11259375'],
        ['255.255.255.255', '4294967295'],
        ['255.255.255.255', '4294967295'],
        ['255.255.255.254', '4294967294'],
      ],
    ],
  ],
  'what is no address': [
    ['SELECT NET.IP_FROM_STRING("x")', invalid('NET.IP_FROM_STRING() encountered an unparseable IP-address: x')],
    [
      'SELECT NET.IP_TO_STRING(b"abc")',
      invalid(
        'NET.IP_TO_STRING() encountered an invalid IP address. Expected 4 (for IPv4) or 16 (for IPv6) bytes but got 3',
      ),
    ],
    [
      'SELECT NET.IP_NET_MASK(1, 0)',
      invalid('The first argument of NET.IP_NET_MASK() must be either 4 (for IPv4) or 16 (for IPv6); got 1'),
    ],
    [
      'SELECT NET.IP_TRUNC(b"abcd", 33)',
      invalid('The second argument of NET.IP_TRUNC() must be between 0 and 8 * LENGTH(first argument); got 33'),
    ],
    [
      'SELECT NET.IPV4_FROM_INT64(4294967296)',
      invalid(
        'NET.IPV4_FROM_INT64() encountered an invalid integer IP. Expected range: [-0x80000000, 0xFFFFFFFF]; got 4294967296',
      ),
    ],
    [
      'SELECT NET.IPV4_TO_INT64(b"abc")',
      invalid('NET.IPV4_TO_INT64() encountered a non-IPv4 address. Expected 4 bytes but got 3'),
    ],
    ['SELECT SAFE.NET.IP_FROM_STRING("x")', [[null]]],
  ],
});
