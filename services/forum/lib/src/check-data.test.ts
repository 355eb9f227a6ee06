import test from 'ava';
import fc from 'fast-check';
import { checkData } from './check-data.ts';
import { DEFAULT_DATA, withThread } from './data.ts';

const user = (id: number) => ({ id, username: `u${id}`, name: `User ${id}`, bio: '' });
const GOOD = {
  users: [user(1), user(2)],
  threads: [{ id: 1, title: 'One', createdBy: 2 }],
  posts: [{ thread: 1, text: 'First', user: 1 }],
};
const paths = (value: unknown) => checkData(value).problems.map(({ path }) => path);

test("the builds' own data is good, with and without further threads", (t) => {
  t.deepEqual(checkData(DEFAULT_DATA).problems, []);
  const more = withThread(DEFAULT_DATA, { title: 'x', createdBy: 1 });
  t.deepEqual(checkData(more).problems, []);
  t.is(more.threads.length, DEFAULT_DATA.threads.length + 1);
  t.deepEqual(withThread({ users: [], threads: [], posts: [] }, { title: 'x', createdBy: 1 }).threads[0]?.id, 1);
});

test('every user writes, every thread has posts: each path of the default data answers something', (t) => {
  for (const { id } of DEFAULT_DATA.users) t.true(DEFAULT_DATA.posts.some((post) => post.user === id));
  for (const { id } of DEFAULT_DATA.threads) t.true(DEFAULT_DATA.posts.some((post) => post.thread === id));
});

test('good data comes back as it is, with members of its own', (t) => {
  const value = { note: 1, ...GOOD, users: [{ colour: 'red', ...user(1) }, user(2)] };
  t.is(checkData(value).data as unknown, value);
});

for (const value of [null, 1, 'x', [], true]) {
  test(`no object: ${JSON.stringify(value)}`, (t) => {
    t.deepEqual(checkData(value).problems, [{ path: '', value: JSON.stringify(value), rule: 'an object' }]);
  });
}

test('all problems of shape at once, each with its place, value and rule', (t) => {
  const { data, problems } = checkData({
    users: [{ ...user(1), id: '1' }, { ...user(2), bio: undefined }, 7],
    threads: { id: 1 },
    posts: [
      { thread: 1.5, text: 'x'.repeat(100), user: -1 },
      { thread: 2 ** 60, text: null, user: 1 },
    ],
  });
  t.is(data, null);
  const id = 'a whole number from 0 to 2^53 - 1';
  t.deepEqual(
    problems.map(({ path, value, rule }) => [path, value, rule]),
    [
      ['users[0].id', '"1"', id],
      ['users[1].bio', null, 'text'],
      ['users[2]', '7', 'an object'],
      ['threads', '{"id":1}', 'a list'],
      ['posts[0].thread', '1.5', id],
      ['posts[0].user', '-1', id],
      ['posts[1].thread', String(2 ** 60), id],
      ['posts[1].text', 'null', 'text'],
    ],
  );
});

test('a missing list is named', (t) => {
  t.deepEqual(paths({ users: [], threads: [] }), ['posts']);
});

test('ids given twice and references to nobody, all at once', (t) => {
  const { problems } = checkData({
    users: [user(1), user(2), user(1)],
    threads: [
      { id: 3, title: 'a', createdBy: 9 },
      { id: 3, title: 'b', createdBy: 1 },
    ],
    posts: [{ thread: 4, text: '', user: 8 }],
  });
  t.deepEqual(
    problems.map(({ path, rule }) => [path, rule]),
    [
      ['users[2].id', 'each id once: users[0] has it'],
      ['threads[1].id', 'each id once: threads[0] has it'],
      ['threads[0].createdBy', 'the id of one of the users'],
      ['posts[0].thread', 'the id of one of the threads'],
      ['posts[0].user', 'the id of one of the users'],
    ],
  );
});

test('any JSON is judged, never thrown at', (t) => {
  const lists = fc.record({ users: fc.jsonValue(), threads: fc.jsonValue(), posts: fc.jsonValue() });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), lists), (value) => {
      const { data, problems } = checkData(value);
      t.is(data === null, problems.length > 0);
    }),
  );
});
