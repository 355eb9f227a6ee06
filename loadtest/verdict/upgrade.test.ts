import test from 'ava';
import { CRITERIA } from '../criteria.ts';
import { orderLoad, record } from '../testing/records.ts';
import { scaling } from '../testing/scaling.ts';
import { judge } from './judge.ts';
import { upgradeRecord } from './upgrade.ts';

/** As version 1 was written: the orders' facts at the top. */
function versionOne(): Record<string, unknown> {
  const { orders: _orders, forum: _forum, blueGreen: _blueGreen, ...rest } = record();
  return { ...rest, ...orderLoad(), version: 1 };
}

test('a record of version 1 gets the verdict that it had', (t) => {
  const upgraded = upgradeRecord(JSON.parse(JSON.stringify(versionOne())));
  if (typeof upgraded === 'string') return t.fail(upgraded);
  t.deepEqual(upgraded, record());
  t.is(judge(upgraded, CRITERIA).verdict, 'PASS');
});

const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['null', null, /not a record of version/],
  ['a later version', { ...record(), version: 3 }, /not a record of version 1 to 2/],
  ['no version', {}, /not a record of version/],
  ['no load', { ...record(), orders: null }, /not a whole record/],
  [
    'scaling without its readings',
    { ...record(), scaling: { ...scaling(), readings: undefined } },
    /not a whole record/,
  ],
  ['no stages', { ...record(), stages: null }, /not a whole record/],
  [
    'a load without its outcomes',
    { ...record(), orders: { ...orderLoad(), outcomes: undefined } },
    /not a whole record/,
  ],
  ['version 1 without a ledger', { ...versionOne(), ledger: undefined }, /not a whole record/],
];

for (const [title, value, expected] of REFUSED) {
  test(`refused: ${title}`, (t) => {
    const result = upgradeRecord(value);
    t.is(typeof result, 'string');
    t.regex(String(result), expected);
  });
}
