import test from 'ava';
import fc from 'fast-check';
import { ExpressionError } from './ast.ts';
import { evaluate } from './evaluate.ts';
import { parseTemplate } from './parser.ts';

const NAMES: Record<string, unknown> = {
  name: 'web',
  list: [1, 2, 3],
  map: { a: { b: 'deep' } },
  flag: true,
  items: [{ id: 'x' }, { id: 'y' }],
};

const scope = {
  lookup(path: readonly string[]) {
    const [root = '', key = ''] = path;
    if (root !== 'v' || !Object.hasOwn(NAMES, key)) throw new ExpressionError(`no ${path.join('.')}`, 0);
    return { value: NAMES[key], used: 2 };
  },
};

const run = (text: string): unknown => evaluate(parseTemplate(text), scope);

// Terraform language: expressions. Each row: template, value.
const TABLE: readonly (readonly [string, unknown])[] = [
  ['plain', 'plain'],
  ['$${literal}', '${literal}'],
  ['%%{if}', '%{if}'],
  ['a-${v.name}-b', 'a-web-b'],
  ['${v.list}', [1, 2, 3]],
  ['${v.list[1]}', 2],
  ['${v.list.0}', 1],
  ['${v.map.a.b}', 'deep'],
  ['${v.map["a"].b}', 'deep'],
  ['${v.items[*].id}', ['x', 'y']],
  ['${v.items.*.id}', ['x', 'y']],
  ['${1 + 2 * 3}', 7],
  ['${(1 + 2) * 3}', 9],
  ['${-2 + 5 % 3}', 0],
  ['${v.flag ? "yes" : "no"}', 'yes'],
  ['${!v.flag || 2 >= 2}', true],
  ['${"nested ${v.name}"}', 'nested web'],
  ['${"quo\\"te"}', 'quo"te'],
  ['${[for x in v.list : x * 2 if x > 1]}', [4, 6]],
  ['${{for k, x in v.map : upper(k) => x.b}}', { A: 'deep' }],
  ['${{a = 1, "b" : 2}}', { a: 1, b: 2 }],
  ['${jsonencode({b = 1, a = ["x"]})}', '{"a":["x"],"b":1}'],
  ['${join("-", ["a", "b"])}', 'a-b'],
  ['${format("%s-%03d", v.name, 7)}', 'web-007'],
  ['${base64decode(base64encode("ü"))}', 'ü'],
  ['${cidrsubnet("10.0.0.0/16", 8, 3)}', '10.0.3.0/24'],
  ['${cidrhost("10.0.0.0/24", -1)}', '10.0.0.255'],
  ['${try(v.map.nothing, "fallback")}', 'fallback'],
  ['${can(v.map.nothing)}', false],
  ['${lookup({a = 1}, "b", 2)}', 2],
  ['${element(["a", "b"], 3)}', 'b'],
  ['${flatten([[1, [2]], 3])}', [1, 2, 3]],
  ['${replace("a.b.c", ".", "-")}', 'a-b-c'],
  ['${replace("a1b2", "/[0-9]/", "#")}', 'a#b#'],
  ['${coalesce("", "x")}', 'x'],
  ['${merge({a = 1}, {b = 2})}', { a: 1, b: 2 }],
  ['${length(v.list) + length("äö")}', 5],
  ['${max(v.list...)}', 3],
  ['${element(["a", "b"], -1)}', 'b'],
  ['${v.list[v.list[0]]}', 2],
  ['${v.map[v.map.a.b == "deep" ? "a" : "z"].b}', 'deep'],
  ['%{ if v.flag }x%{ endif }', 'x'],
  ['%{ if !v.flag }x%{ else }y%{ endif }', 'y'],
  ['%{ if !v.flag }x%{ endif }', ''],
  ['%{ for x in v.list }${x},%{ endfor }', '1,2,3,'],
  ['%{ for i, x in v.list ~}\n  ${i}=${x}\n%{~ endfor }', '  0=1  1=2  2=3'],
  ['${"%{ for i, x in v.list ~}\\n  ${i}=${x}\\n%{~ endfor }"}', '0=11=22=3'],
  [
    '${join("|", [<<-EOT\n    a\n      %{ if v.flag ~}\n        - ${v.name}\n      %{ endif ~}\n\n    z "q" \\n\n    EOT\n, "b"])}',
    'a\n          - web\n  \nz "q" \\n\n|b',
  ],
  ['${upper(<<E\n  a\nE\n)}', '  A\n'],
  ['%{ for k, x in v.map }${k}:%{ if x.b == "deep" }D%{ else }S%{ endif }%{ endfor }', 'a:D'],
  ['${"%{ for x in v.list }<${x}>%{ endfor }"}', '<1><2><3>'],
  ['${templatestring("a $${b}", {b = 1})}', 'a 1'],
  ['${regex("(?i)WEB", v.name)}', 'web'],
  ['${regex("^(?P<a>[[:alpha:]]+)\\\\-(?P<b>\\\\d+)$", "x-12")}', { a: 'x', b: '12' }],
  ['${can(regex("^[a-z0-9]+(\\\\.[a-z0-9]+)*$", "a.b.c"))}', true],
  ['${replace("a-b", "/(?P<l>\\\\w)-(\\\\w)/", "$2.$l")}', 'b.a'],
  ['${yamlencode({b = ["x", 1], a = true})}', '"a": true\n"b":\n- "x"\n- 1\n'],
  ['${yamldecode("a: 1\\nb: [x, \\"2\\"]")}', { a: 1, b: ['x', '2'] }],
  [
    '${csvdecode("a,b\\n1,\\"x,\\"\\"y\\"\\n2,\\n")}',
    [
      { a: '1', b: 'x,"y' },
      { a: '2', b: '' },
    ],
  ],
  ['${formatdate("EEE, D MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z")}', 'Tue, 2 Jan 2018 23:12:01 UTC'],
  ['${formatdate("H\'h\'mmaa", "2018-01-02T23:12:01-08:00")}', '11h12pm'],
  ['${timeadd("2017-11-22T00:00:00Z", "-1h30m")}', '2017-11-21T22:30:00Z'],
  ['${timecmp("2017-11-22T01:00:00Z", "2017-11-22T00:00:00-01:00")}', 0],
  ['${uuidv5("dns", "www.terraform.io")}', 'a5008fae-b28c-5ba5-96cd-82b4c53552d6'],
  ['${{for k, x in v.map : k => {(k) = x.b}}.a}', { a: 'deep' }],
  ['${[for k in ["x"] : {"${k}" = 1, k = 2}]}', [{ x: 1, k: 2 }]],
  ['${[for k, x in toset(["b", "a"]) : "${k}${x}"]}', ['aa', 'bb']],
  ['${[for k, x in tolist(toset(["b", "a"])) : "${k}${x}"]}', ['0a', '1b']],
  ['${toset([10, 9])}', [9, 10]],
  ['${tolist(toset(["a b", "a"]))}', ['a', 'a b']],
  ['${distinct(["b", "a", "b"])}', ['b', 'a']],
  ['${setsubtract(["c", "a", "b"], ["b"])}', ['a', 'c']],
  ['${setintersection(["c", "a"], ["a", "c"], ["c"])}', ['c']],
  ['${matchkeys(["i", "j"], ["a", "b"], ["b"])}', ['j']],
  ['${{for x in ["a1", "b1", "a2"] : substr(x, 0, 1) => x...}}', { a: ['a1', 'a2'], b: ['b1'] }],
  ['${dirname("a/b/c")} ${dirname("c")} ${dirname("/c")} ${dirname("a/b/")}', 'a/b . / a/b'],
  ['${basename("a/b/")} ${basename("c")} ${basename("/")}', 'b c /'],
  ['${replace("/orders/{id}", "/{[^}]+}/", "*")}', '/orders/*'],
  ['${regex("[\\\\w-.]+", "!a-b.c!")}', 'a-b.c'],
  ['${regex("\\\\pL+\\\\p{Nd}", "-äb1")}', 'äb1'],
  ['${regex("[]a]+]", "x]a]")}', ']a]'],
  ['${core::max(1, 2)}', 2],
  // As terraform console answers.
  ['${toset([1, "b", true])}', ['1', 'b', 'true']],
  ['${tomap({a = 1, b = "x"})}', { a: '1', b: 'x' }],
  ['${coalesce(null, "", 0)}', '0'],
  ['${0.1 + 0.2 == 0.3} ${0.1 + 0.2} ${ceil(0.1 * 3 * 10)} ${100 / 3 * 3}', 'true 0.3 3 100'],
  ['a ${1e21} ${2e-7}', 'a 1000000000000000000000 0.0000002'],
  [
    '${yamldecode("[yes, Off, 2020-1-01, 2020-01-01 10:00:00, n1]")}',
    [true, false, '2020-01-01T00:00:00Z', '2020-01-01T10:00:00Z', 'n1'],
  ],
  ['${formatdate("ZZZ Z", "2024-01-01T00:00:00+00:00")}', 'UTC Z'],
  ['${regex("\\\\x{61}b", "ab")}', 'ab'],
  [
    '${cidrsubnet("fd00::/56", 8, 1)} ${cidrhost("fd00::/64", 10)} ${cidrsubnet("2001:db8::/32", 32, 1)}',
    'fd00:0:0:1::/64 fd00::a 2001:db8:0:1::/64',
  ],
  ['${cidrsubnets("10.0.0.0/8", 8, 16)}', ['10.0.0.0/16', '10.1.0.0/24']],
  ['${provider::aws::arn_parse("arn:aws:sns:us-east-1:1:t").resource}', 't'],
  ['${provider::aws::trim_iam_role_path("arn:aws:iam::1:role/a/b")}', 'arn:aws:iam::1:role/b'],
  ['${textdecodebase64(textencodebase64("é", "UTF-16LE"), "UTF-16LE")}', 'é'],
];
for (const [template, value] of TABLE)
  test(`${template} is ${JSON.stringify(value)}`, (t) => t.deepEqual(run(template), value));

// What cdktf or people write wrongly: each is an error that says what.
for (const [template, message] of [
  ['${join("-", ["q"uo"])}', /expected \], found uo/],
  ['${unclosed', /not closed/],
  ['${1 +}', /unexpected \}/],
  ['${}', /unexpected \}/],
  ['${1 / 0}', /division by zero/],
  ['${[1][5]}', /out of range/],
  ['${"a" + 1}', /expected a number/],
  ['${nosuch("x")}', /no function nosuch/],
  ['${timestamp()}', /changes with each run/],
  ['%{ if v.flag }x', /not closed with %\{ endif/],
  ['%{ for x in v.list }x%{ endif }', /not closed with %\{ endfor \}, found %\{ endif/],
  ['x%{ endfor }', /no beginning/],
  ['%{ while v.flag }', /no directive %\{ while/],
  ['%{ if v.flag }${v.map}%{ endif }', /cannot be part of a text/],
  ['${regex("^(a|aa)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")}', /took more than/],
  [`\${regex("${'a?'.repeat(40)}${'a'.repeat(40)}", "${'a'.repeat(40)}")}`, /took more than/],
  ['${regex("a(?=b)", "ab")}', /not of RE2/],
  ['${regex("(a)\\\\1", "aa")}', /no escape/],
  ['${regex("[a", "a")}', /\[ is not closed/],
  ['${try(timestamp(), "x")}', /changes with each run/],
  ['${can(nosuch())}', /no function nosuch/],
  ['${toset(["a"])[0]}', /a set has no indexes/],
  ['${concat(["a"], toset(["b"]))}', /a set has no indexes/],
  ['${tolist([1, true])}', /no type in common: number, boolean/],
  ['${csvdecode("a,a\\n1,2")}', /same name/],
  ['${cidrsubnet("fd00::1::/56", 8, 1)}', /is not a CIDR block/],
  ['${cidrnetmask("fd00::/56")}', /only IPv4/],
  ['${issensitive("x")}', /followed through attributes/],
  ['${provider::aws::arn_pars("x")}', /did you mean provider::aws::arn_parse/],
  ['${formatdate("D", "2026-02-30T00:00:00Z")}', /no RFC 3339/],
  ['${csvdecode("a,b\\n1")}', /record 1 has 1 fields/],
  ['${yamldecode("a: [")}', /yamldecode\(\)/],
  ['${formatdate("Q", "2018-01-02T23:12:01Z")}', /no specification Q/],
  ['a ${v.map}', /cannot be part of a text/],
] as const)
  test(`${template} is refused`, (t) => {
    t.throws(() => run(template), { message });
  });

test('property: any text either evaluates or is refused as an expression error, and never hangs', (t) => {
  const soup = fc.array(
    fc.constantFrom(
      '${',
      '}',
      '"',
      '[',
      ']',
      '(',
      ')',
      '{',
      'v.name',
      '.',
      '*',
      ',',
      '+',
      '?',
      ':',
      'for',
      'in',
      'x',
      '1',
      '\\',
      '$',
      '%{',
      '%{ if ',
      '%{ else }',
      '%{ endif }',
      '%{ for x in ',
      '%{ endfor ~}',
      ' ',
      '...',
    ),
    { maxLength: 40 },
  );
  t.notThrows(() =>
    fc.assert(
      fc.property(soup, (parts) => {
        try {
          run(parts.join(''));
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error;
        }
      }),
      { numRuns: 10_000 },
    ),
  );
});

test('a long chain and deep directives are refused, not overflowed', (t) => {
  t.throws(() => run(`\${${'1+'.repeat(20_000)}1}`), { message: /operators in a row/ });
  t.throws(() => run(`\${v${'.x'.repeat(20_000)}}`), { message: /operators in a row/ });
  t.throws(() => run('%{ if true }'.repeat(500)), { message: /nested deeper/ });
});

test('deep nesting is refused, not overflowed', (t) => {
  t.throws(() => run(`\${${'('.repeat(5000)}1${')'.repeat(5000)}}`), { message: /nested deeper/ });
});
