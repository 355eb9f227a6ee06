/**
 * A forum as the workshop builds one: Koa 1, a generator a route, a console line a request. It listens on PORT and
 * reads the data file that DB_FILE names; WORKERS above 1 makes it a cluster.
 */
const cluster = require('node:cluster');

const workers = Number(process.env.WORKERS || 1);

if (workers > 1 && cluster.isPrimary) {
  for (let i = 0; i < workers; i++) cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    process.exit(0);
  });
} else {
  serve();
}

function serve() {
  const app = require('koa')();
  const router = require('koa-router')();
  const data = require(process.env.DB_FILE);

  app.use(function* (next) {
    const startedAt = Date.now();
    yield next;
    console.log('%s %s - %s', this.method, this.url, Date.now() - startedAt);
  });

  const list = (path, objects) =>
    // biome-ignore lint/correctness/useYield: Koa 1 takes generators only
    router.get(path, function* () {
      this.body = objects;
    });
  const one = (path, objects) =>
    router.get(path, function* () {
      const id = Number.parseInt(this.params.id, 10);
      this.body = objects.find((object) => object.id === id);
    });
  const some = (path, objects, member) =>
    router.get(path, function* () {
      const id = Number.parseInt(this.params.id, 10);
      this.body = objects.filter((object) => object[member] === id);
    });
  list('/api/users', data.users);
  one('/api/users/:id', data.users);
  list('/api/threads', data.threads);
  one('/api/threads/:id', data.threads);
  some('/api/posts/in-thread/:id', data.posts, 'thread');
  some('/api/posts/by-user/:id', data.posts, 'user');
  app.use(router.routes());
  app.use(router.allowedMethods());
  app.listen(Number(process.env.PORT), process.env.HOST);
}
