/** Restify's parts, which have no types of their own; @types/restify stops at version 8. */
declare module 'restify/lib/server.js' {
  const Server: new (options: object) => unknown;
  export default Server;
}
declare module 'restify/lib/router.js' {
  const Router: new (options: object) => unknown;
  export default Router;
}
